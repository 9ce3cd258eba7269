package inkhorn.bench.step;

/** A model in training: what the two sides of the comparison have in common. */
interface Training {
    /** What computes, for the report. */
    String description();

    /** One whole step on a batch: zeroed gradients, forward, backward, clip, update. Returns the batch's loss. */
    double step(long batch);
}
