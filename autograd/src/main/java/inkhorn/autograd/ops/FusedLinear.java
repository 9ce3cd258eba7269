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
 * {@code dx = dz · weightᵀ, dWeight = xᵀ · dz, dBias = Σ dz} over the rows. Where z has the term {@code low · up} of
 * rank r as well (Hu et al. 2021), {@code dLow = dz · upᵀ, dUp = lowᵀ · dz}.
 * Shapes: x (…, in), weight (in, out), bias (out), low (…, r), up (r, out), y (…, out).
 */
public final class FusedLinear extends Op {
    private final Tensor x;
    private final Tensor weight;
    private final Tensor bias;
    private final Tensor low;
    private final Tensor up;
    private final Unary activation;
    private final float[] derivative;

    private FusedLinear(Tensor x, Tensor weight, Tensor bias, Tensor low, Tensor up, Unary activation,
                        float[] derivative) {
        super(x, weight, bias, low, up);
        this.x = x;
        this.weight = weight;
        this.bias = bias;
        this.low = low;
        this.up = up;
        this.activation = activation;
        this.derivative = derivative;
    }

    /** @param activationOrNull GELU, GELU_TANH or RELU; null: none */
    public static Tensor apply(Tensor x, Tensor weight, Tensor biasOrNull, Unary activationOrNull) {
        return apply(x, weight, biasOrNull, null, null, activationOrNull);
    }

    /** As above, with {@code low · up} added before the activation; with up 0, the bits are those without. */
    public static Tensor apply(Tensor x, Tensor weight, Tensor biasOrNull, Tensor lowOrNull, Tensor upOrNull,
                               Unary activationOrNull) {
        check(x.shape(), weight.shape(), biasOrNull, activationOrNull);
        checkTerm(x.shape(), weight.shape(), lowOrNull, upOrNull);
        int out = weight.shape().last();
        Tensor y = result(x.shape().with(-1, out), x, weight, biasOrNull, lowOrNull, upOrNull);
        boolean keeps = y.needsGrad() && activationOrNull != null;
        float[] derivative = keeps ? Scope.allocate(y.size()) : null;
        FusedLinear op = new FusedLinear(x, weight, biasOrNull, lowOrNull, upOrNull, activationOrNull,
                derivative);
        if (!keeps) {
            return op.recordAndCompute(y);
        }
        op.forward(y.data());
        return op.record(y);
    }

    @Override
    protected void forward(float[] y) {
        float[] shift = bias == null ? null : bias.data();
        int rows = Checks.rows(x.shape());
        int out = weight.shape().last();
        if (low != null) {
            kernels().gemm(false, false, rows, out, low.shape().last(), low.data(), 0, up.data(), 0, y, 0, false,
                    Epilogue.NONE);
        }
        kernels().gemm(false, false, rows, out, x.shape().last(), x.data(), 0, weight.data(), 0, y, 0, low != null,
                new Epilogue(shift, activation, derivative));
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
                && activation != Unary.RELU && activation != Unary.RELU2) {
            throw new IllegalArgumentException(
                    "linear: the activation must be GELU, GELU_TANH, RELU or RELU2, found " + activation);
        }
    }

    private static void checkTerm(Shape x, Shape weight, Tensor low, Tensor up) {
        if (low == null && up == null) {
            return;
        }
        boolean fits = low != null && up != null && up.shape().rank() == 2 && up.shape().last() == weight.last()
                && low.shape().equals(x.with(-1, up.shape().dim(0)));
        if (!fits) {
            throw new IllegalArgumentException("linear: the added term must be (…, r) x (r, out) with the rows of x, "
                    + (low == null ? "nothing" : low.shape()) + " x " + (up == null ? "nothing" : up.shape()) + " for "
                    + x + " x " + weight);
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
        if (low != null) {
            backwardTerm(grad, rows, out, low.shape().last());
        }
    }

    private void backwardTerm(float[] grad, int rows, int out, int rank) {
        if (low.needsGrad()) {
            GradSlot dLow = low.gradSlot();
            kernels().gemm(false, true, rows, rank, out, grad, 0, up.data(), 0, dLow.array(), 0, dLow.add(),
                    Epilogue.NONE);
        }
        if (up.needsGrad()) {
            GradSlot dUp = up.gradSlot();
            kernels().gemm(true, false, rank, out, rows, low.data(), 0, grad, 0, dUp.array(), 0, dUp.add(),
                    Epilogue.NONE);
        }
    }

    @Override
    protected void release() {
        if (derivative != null) {
            Scope.release(derivative);
        }
    }
}
