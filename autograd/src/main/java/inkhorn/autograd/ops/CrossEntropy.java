package inkhorn.autograd.ops;

import static inkhorn.autograd.kernel.KernelProvider.kernels;

import inkhorn.autograd.IntTensor;
import inkhorn.autograd.Op;
import inkhorn.autograd.Scope;
import inkhorn.autograd.Shape;
import inkhorn.autograd.Tensor;
import inkhorn.autograd.kernel.CrossEntropyRows;

/**
 * {@code y = mean of -ln softmax(logits)[target]} over the rows whose target is not negative, 0 when there is none;
 * {@code dLogits = dy · (softmax(logits) - one-hot(target)) / rows}, made in the forward pass. {@link LossTerms}
 * may smooth the targets and add a z-loss.
 * Shapes: logits S + (V), targets S, y {@code ()}.
 */
public final class CrossEntropy extends Op {
    private final Tensor logits;
    private final float[] gradient;

    private CrossEntropy(Tensor logits, float[] gradient) {
        super(logits);
        this.logits = logits;
        this.gradient = gradient;
    }

    /** Keeps the logits. */
    public static Tensor apply(Tensor logits, IntTensor targets) {
        return apply(logits, targets, LossTerms.NONE);
    }

    /** As above, with more terms. */
    public static Tensor apply(Tensor logits, IntTensor targets, LossTerms terms) {
        check(logits, targets);
        float[] gradient = anyNeedsGrad(logits) ? Scope.allocate(logits.size()) : null;
        return apply(logits, targets, terms, gradient);
    }

    /** The loss of each row by itself, in the order of the targets; 0 where a target is negative. No gradient. */
    public static double[] losses(Tensor logits, IntTensor targets) {
        check(logits, targets);
        CrossEntropyRows rows = CrossEntropyRows.of(targets.data(), targets.shape().size());
        kernels().crossEntropy(logits.data(), rows, logits.shape().last(), null);
        return rows.losses();
    }

    /**
     * Takes the logits' storage over for their gradient, which saves the largest array of a step: the logits, and any
     * view of them, cannot be read any more. Logits that are a leaf, a view, or need no gradient are kept, as by
     * {@link #apply(Tensor, IntTensor)}.
     */
    public static Tensor inPlace(Tensor logits, IntTensor targets) {
        return inPlace(logits, targets, LossTerms.NONE);
    }

    /** As above, with more terms. */
    public static Tensor inPlace(Tensor logits, IntTensor targets, LossTerms terms) {
        if (!anyNeedsGrad(logits) || logits.op() == null || !logits.ownsData()) {
            return apply(logits, targets, terms);
        }
        check(logits, targets);
        Tensor y = apply(logits, targets, terms, logits.data());
        logits.consumed("cross-entropy took its storage over for the gradient; read it before, or use "
                + "CrossEntropy.apply");
        return y;
    }

    private static Tensor apply(Tensor logits, IntTensor targets, LossTerms terms, float[] gradient) {
        Tensor y = result(Shape.SCALAR, logits);
        CrossEntropyRows losses = CrossEntropyRows.of(targets.data(), targets.shape().size(),
                terms.labelSmoothing(), terms.zLoss(), logits.shape().last());
        kernels().crossEntropy(logits.data(), losses, logits.shape().last(), gradient);
        y.data()[0] = (float) losses.mean();
        return new CrossEntropy(logits, gradient).record(y);
    }

    private static void check(Tensor logits, IntTensor targets) {
        Checks.rankAtLeast("cross-entropy", logits.shape(), 1);
        if (!logits.shape().without(-1).equals(targets.shape())) {
            throw new IllegalArgumentException("cross-entropy: targets must have the logits' shape without the last "
                    + "axis, logits " + logits.shape() + ", targets " + targets.shape());
        }
        Checks.indices("cross-entropy", "target", targets, logits.shape().last(), true);
    }

    @Override
    protected void backward(float[] grad) {
        if (grad[0] != 1) {
            kernels().scale(grad[0], gradient, gradient, false, logits.size());
        }
        Gradients.give(logits, gradient);
    }
}
