package inkhorn.train;

import inkhorn.autograd.Rng;
import inkhorn.data.BatchSampler.Draw;

/** The purposes for which a run draws random numbers; each has a stream of its own. */
final class Streams {

    static final long WEIGHTS = 1;
    static final long TRAIN_BATCHES = 2;
    static final long DROPOUT = 3;
    static final long EVAL_TRAIN = 4;
    static final long EVAL_VAL = 5;

    private Streams() {
    }

    /** Positions of batches: draw {@code index} of batch {@code step}. */
    static Draw draw(long seed, long stream) {
        Rng rng = new Rng(seed).stream(stream);
        return (bound, step, index) -> rng.at(step).below(bound, index);
    }
}
