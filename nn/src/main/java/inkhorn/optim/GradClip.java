package inkhorn.optim;

import inkhorn.autograd.Tensor;
import inkhorn.autograd.kernel.KernelProvider;
import inkhorn.nn.Parameter;
import java.util.List;

/**
 * Clipping by global norm (Pascanu et al. 2013, 2.3), as {@code torch.nn.utils.clip_grad_norm_}: gradients whose norm
 * together exceeds a bound are scaled down to it. The scaling itself happens in the optimizer's pass over memory.
 *
 * @param norm the Euclidean norm of all gradients together, before clipping; not finite when a gradient is not
 * @param factor what gradients are to be multiplied by, at most 1
 */
public record GradClip(double norm, double factor) {
    /** torch's guard against a division by zero. */
    private static final double EPS = 1e-6;

    /**
     * The norm, summed in the order of the list, and the factor it calls for. Parameters without a gradient do not
     * count.
     *
     * @param maxNorm the bound, above 0; or 0 for none, as in nanoGPT
     */
    public static GradClip of(List<Parameter> parameters, double maxNorm) {
        return of(squares(parameters), maxNorm);
    }

    /** The squares of all gradients, added in the order of the list. */
    public static double squares(List<Parameter> parameters) {
        double squares = 0;
        for (Parameter parameter : parameters) {
            Tensor tensor = parameter.tensor();
            if (tensor.grad() != null) {
                squares += KernelProvider.kernels().sumOfSquares(tensor.grad(), tensor.size());
            }
        }
        return squares;
    }

    /**
     * As {@link #of(List, double)}.
     *
     * @param squares as {@link #squares} gives them
     */
    public static GradClip of(double squares, double maxNorm) {
        if (!(maxNorm >= 0)) {
            throw new IllegalArgumentException("grad_clip must be at least 0, found " + maxNorm);
        }
        double norm = Math.sqrt(squares);
        return new GradClip(norm, maxNorm == 0 ? 1 : Math.min(1, maxNorm / (norm + EPS)));
    }
}
