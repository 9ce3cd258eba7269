package inkhorn.autograd.ops;

import static inkhorn.autograd.kernel.KernelProvider.kernels;

import inkhorn.autograd.Scope;
import inkhorn.autograd.Shape;
import inkhorn.autograd.Tensor;
import inkhorn.autograd.kernel.Binary;
import inkhorn.autograd.kernel.Broadcast;

/** What the ops of two broadcast operands share. */
final class Broadcasting {

    private Broadcasting() {
    }

    static void apply(Binary f, Tensor a, Tensor b, Tensor out) {
        Shape shape = out.shape();
        Broadcast plan = Broadcast.of(shape.dims(), a.shape().stridesIn(shape), b.shape().stridesIn(shape));
        kernels().binary(f, plan, a.data(), b.data(), out.data());
    }

    /** {@code f(grad, operand)} of the given shape in an array to be released. */
    static float[] combine(Binary f, float[] grad, Shape shape, Tensor operand) {
        float[] out = Scope.allocate(shape.size());
        Broadcast plan = Broadcast.of(shape.dims(), shape.strides(), operand.shape().stridesIn(shape));
        kernels().binary(f, plan, grad, operand.data(), out);
        return out;
    }

    /** Gives {@code f(grad, operand)}, summed back to the input's shape, to the input. */
    static void giveBack(Binary f, float[] grad, Shape shape, Tensor operand, Tensor input) {
        float[] share = combine(f, grad, shape, operand);
        if (input.size() == shape.size()) {
            Gradients.give(input, share);
        } else {
            Gradients.sumBack(share, shape, input, 1);
            Scope.release(share);
        }
    }

    /** Gives the output's gradient itself, summed back to the input's shape; after all other reads of it. */
    static void handBack(float[] grad, Shape shape, Tensor input) {
        if (input.size() == shape.size()) {
            Gradients.handOn(input, grad);
        } else {
            Gradients.sumBack(grad, shape, input, 1);
        }
    }
}
