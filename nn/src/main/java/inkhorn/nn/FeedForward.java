package inkhorn.nn;

import inkhorn.autograd.Tensor;

/** The part of a block that computes each position by itself; which one follows from the {@link Activation}. */
abstract class FeedForward extends Module {
    /** (B, T, C) to (B, T, C), or (rows, C) to (rows, C). */
    abstract Tensor forward(Tensor x, Pass pass);
}
