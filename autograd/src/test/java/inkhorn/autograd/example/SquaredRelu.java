package inkhorn.autograd.example;

import inkhorn.autograd.GradSlot;
import inkhorn.autograd.Op;
import inkhorn.autograd.Tensor;
import inkhorn.autograd.ops.Gradients;

/**
 * {@code y = max(x, 0)²} (So et al. 2021, Primer); {@code dx = dy · 2 · max(x, 0)}.
 * Shapes: x and y equal.
 */
public final class SquaredRelu extends Op {

    private final Tensor x;

    private SquaredRelu(Tensor x) {
        super(x);
        this.x = x;
    }

    public static Tensor apply(Tensor x) {
        Tensor y = result(x.shape(), x);
        float[] from = x.data();
        float[] to = y.data();
        for (int i = 0; i < y.size(); i++) {
            float positive = Math.max(from[i], 0);
            to[i] = positive * positive;
        }
        return new SquaredRelu(x).record(y);
    }

    @Override
    protected void backward(float[] grad) {
        GradSlot slot = Gradients.inPlace(x, grad);
        float[] from = x.data();
        float[] to = slot.array();
        for (int i = 0; i < x.size(); i++) {
            float share = grad[i] * 2 * Math.max(from[i], 0);
            to[i] = slot.add() ? to[i] + share : share;
        }
    }
}
