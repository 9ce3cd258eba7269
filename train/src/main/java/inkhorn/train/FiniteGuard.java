package inkhorn.train;

import inkhorn.autograd.Tensor;
import inkhorn.autograd.kernel.KernelProvider;
import inkhorn.nn.Parameter;
import java.util.List;
import java.util.function.LongFunction;

/** Ends a run whose numbers are no longer finite, with what to go on from. */
final class FiniteGuard {

    private static final String HINT = "; lower optim.lr, or set optim.grad_clip";

    private final List<Parameter> parameters;
    private final LongFunction<String> lastGood;

    /** @param lastGood what a run that fails at this step can be gone on with, for a message */
    FiniteGuard(List<Parameter> parameters, LongFunction<String> lastGood) {
        this.parameters = parameters;
        this.lastGood = lastGood;
    }

    /** @throws TrainException when a training step's loss or norm is not finite */
    void requireFinite(long step, double loss, double gradNorm) {
        if (!Double.isFinite(loss) || !Double.isFinite(gradNorm)) {
            String what = Double.isFinite(loss) ? "the gradient's norm is " + gradNorm : "the loss is " + loss;
            throw new TrainException("step " + step + ": " + what + "; the weights are not updated and " + lastGood.apply(step) + HINT);
        }
    }

    /** @throws TrainException when a loss of an evaluation is not finite */
    void requireFinite(RunLog.Eval eval) {
        if (!eval.isFinite()) {
            throw new TrainException("step " + eval.step() + ": the losses are " + eval.trainLoss() + " in training and " + eval.valLoss()
                    + " in validation; " + lastGood.apply(eval.step()) + HINT);
        }
    }

    /**
     * Else a checkpoint of damaged weights would pass for the last good one.
     *
     * @throws TrainException when a weight is not finite
     */
    void requireFiniteWeights(long step) {
        for (Parameter parameter : parameters) {
            Tensor tensor = parameter.tensor();
            if (!Double.isFinite(KernelProvider.kernels().sumOfSquares(tensor.data(), tensor.size()))) {
                throw new TrainException("step " + step + ": " + parameter.name() + " is no longer made of finite numbers; "
                        + lastGood.apply(step) + HINT);
            }
        }
    }
}
