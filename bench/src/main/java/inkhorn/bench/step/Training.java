package inkhorn.bench.step;

import java.nio.file.Path;

/** A model in training: what the two sides of the comparison have in common. */
interface Training {

    /** What computes, for the report. */
    String description();

    /**
     * One whole step on the given batch: zeroed gradients, forward, backward, clip, update. Returns the batch's loss.
     */
    double step(long batch);

    /** Writes the weights as safetensors, in Inkhorn's names and layout. */
    void save(Path file);

    /** Takes weights that {@link #save} of the other side wrote. */
    void load(Path file);
}
