package inkhorn.autograd.ops;

import static inkhorn.autograd.kernel.KernelProvider.kernels;

import inkhorn.autograd.GradSlot;
import inkhorn.autograd.Op;
import inkhorn.autograd.Scope;
import inkhorn.autograd.Shape;
import inkhorn.autograd.Tensor;
import inkhorn.autograd.kernel.Binary;
import inkhorn.autograd.kernel.Broadcast;
import inkhorn.autograd.kernel.Epilogue;
import inkhorn.autograd.kernel.Unary;

/**
 * {@code y = f(z), z = x · weight + bias} with bias and activation f optional, both applied while the product is in
 * cache, and {@code f'(z)} with them, kept in place of z; {@code dz = dy · f'(z)} in place of dy,
 * {@code dx = dz · weightᵀ, dWeight = xᵀ · dz, dBias = Σ dz} over the rows.
 * Shapes: x (…, in), weight (in, out), bias (out), y (…, out).
 */
public final class FusedLinear extends Op {
    private final Tensor x;
    private final Tensor weight;
    private final Tensor bias;
    private final Unary activation;
    private final float[] derivative;

    private FusedLinear(Tensor x, Tensor weight, Tensor bias, Unary activation, float[] derivative) {
        super(x, weight, bias);
        this.x = x;
        this.weight = weight;
        this.bias = bias;
        this.activation = activation;
        this.derivative = derivative;
    }

    /** @param activationOrNull GELU, GELU_TANH or RELU; null: none */
    public static Tensor apply(Tensor x, Tensor weight, Tensor biasOrNull, Unary activationOrNull) {
        check(x.shape(), weight.shape(), biasOrNull, activationOrNull);
        int out = weight.shape().last();
        Tensor y = result(x.shape().with(-1, out), x, weight, biasOrNull);
        boolean keeps = y.needsGrad() && activationOrNull != null;
        float[] derivative = keeps ? Scope.allocate(y.size()) : null;
        FusedLinear op = new FusedLinear(x, weight, biasOrNull, activationOrNull, derivative);
        if (!keeps) {
            return op.recordAndCompute(y);
        }
        op.forward(y.data());
        return op.record(y);
    }

    @Override
    protected void forward(float[] y) {
        float[] shift = bias == null ? null : bias.data();
        kernels().gemm(false, false, Checks.rows(x.shape()), weight.shape().last(), x.shape().last(), x.data(), 0,
                weight.data(), 0, y, 0, false, new Epilogue(shift, activation, derivative));
    }

    private static void check(Shape x, Shape weight, Tensor bias, Unary activation) {
        Checks.rankAtLeast("linear", x, 1);
        if (weight.rank() != 2 || weight.dim(0) != x.last()) {
            throw new IllegalArgumentException("linear: the weight must be (in, out) with in the last axis of x, "
                    + x + " x " + weight);
        }
        if (bias != null && !bias.shape().equals(Shape.of(weight.last()))) {
            throw new IllegalArgumentException("linear: the bias must have one value an output, "
                    + bias.shape() + " for " + weight);
        }
        if (activation != null && activation != Unary.GELU && activation != Unary.GELU_TANH
                && activation != Unary.RELU) {
            throw new IllegalArgumentException(
                    "linear: the activation must be GELU, GELU_TANH or RELU, found " + activation);
        }
    }

    @Override
    public boolean readsOutput() {
        return false;
    }

    @Override
    protected void backward(float[] grad) {
        int rows = Checks.rows(x.shape());
        int in = x.shape().last();
        int out = weight.shape().last();
        if (activation != null) {
            kernels().binary(Binary.MUL, Broadcast.alike(rows * out), grad, derivative, grad);
        }
        if (x.needsGrad()) {
            GradSlot dx = x.gradSlot();
            kernels().gemm(false, true, rows, in, out, grad, 0, weight.data(), 0, dx.array(), 0, dx.add(),
                    Epilogue.NONE);
        }
        if (weight.needsGrad()) {
            GradSlot dw = weight.gradSlot();
            kernels().gemm(true, false, in, out, rows, x.data(), 0, grad, 0, dw.array(), 0, dw.add(), Epilogue.NONE);
        }
        if (bias != null && bias.needsGrad()) {
            GradSlot db = bias.gradSlot();
            kernels().sum(grad, 1, rows, out, 1, db.array(), db.add());
        }
    }

    @Override
    protected void release() {
        if (derivative != null) {
            Scope.release(derivative);
        }
    }
}
