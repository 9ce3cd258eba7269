package inkhorn.autograd.ops;

import static inkhorn.autograd.kernel.KernelProvider.kernels;

import inkhorn.autograd.GradSlot;
import inkhorn.autograd.IntTensor;
import inkhorn.autograd.Op;
import inkhorn.autograd.Shape;
import inkhorn.autograd.Tensor;
import inkhorn.autograd.kernel.AttentionKernels.RotaryShape;

/**
 * Rotates pairs of channels of attention heads by angles of their position (RoPE, Su et al. 2021, 3.2):
 * {@code y₁ = x₁·cos - x₂·sin, y₂ = x₂·cos + x₁·sin}; the gradient is rotated back. {@link RotaryShape} says which
 * channels make a pair.
 * Shapes: x and y (B, T, W), the heads at the beginning of W.
 */
public final class Rotary extends Op {
    private final RotaryShape shape;
    private final Tensor x;
    private final Tensor turns;
    private final int[] positions;

    private Rotary(RotaryShape shape, Tensor x, Tensor turns, int[] positions) {
        super(x);
        this.shape = shape;
        this.x = x;
        this.turns = turns;
        this.positions = positions;
    }

    /**
     * Rotates the first heads of each row.
     *
     * @param heads how many
     * @param headSize channels of each
     * @param turns (positions, rotated): the cosines of a position's angles, then their sines; no gradient
     * @param positions (B, T)
     * @throws IllegalArgumentException when sizes do not fit, or a position is none of the table
     */
    public static Tensor apply(Tensor x, int heads, int headSize, Tensor turns, IntTensor positions) {
        check(x.shape(), heads, headSize, turns, positions);
        RotaryShape shape = new RotaryShape(positions.shape().size(), x.shape().last(), heads, headSize,
                turns.shape().last());
        Tensor y = result(x.shape(), x);
        kernels().rotate(shape, x.data(), turns.data(), positions.data(), false, y.data(), false);
        return new Rotary(shape, x, turns, positions.data()).record(y);
    }

    private static void check(Shape x, int heads, int headSize, Tensor turns, IntTensor positions) {
        if (x.rank() != 3 || heads < 1 || headSize < 1 || (long) heads * headSize > x.last()) {
            throw new IllegalArgumentException("rotary: " + heads + " heads of " + headSize
                    + " channels do not lie within " + x + ", a (B, T, W)");
        }
        if (turns.shape().rank() != 2 || turns.shape().last() % 2 != 0 || turns.shape().last() > headSize) {
            throw new IllegalArgumentException("rotary: turns must be (positions, an even number up to " + headSize
                    + "), found " + turns.shape());
        }
        if (!x.without(-1).equals(positions.shape())) {
            throw new IllegalArgumentException("rotary: positions must have the shape of x without the last axis, x "
                    + x + ", positions " + positions.shape());
        }
        Checks.indices("rotary", "position", positions, turns.shape().dim(0), false);
    }

    @Override
    public boolean readsOutput() {
        return false;
    }

    @Override
    protected void backward(float[] grad) {
        GradSlot dx = Gradients.inPlace(x, grad);
        kernels().rotate(shape, grad, turns.data(), positions, true, dx.array(), dx.add());
    }
}
