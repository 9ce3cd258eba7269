package inkhorn.autograd;

import inkhorn.autograd.kernel.Binary;
import inkhorn.autograd.kernel.Unary;
import inkhorn.autograd.ops.Arithmetic;
import inkhorn.autograd.ops.Elementwise;
import inkhorn.autograd.ops.Gather;
import inkhorn.autograd.ops.LogSoftmax;
import inkhorn.autograd.ops.MatMul;
import inkhorn.autograd.ops.Max;
import inkhorn.autograd.ops.Reshape;
import inkhorn.autograd.ops.Slice;
import inkhorn.autograd.ops.Softmax;
import inkhorn.autograd.ops.Sum;
import inkhorn.autograd.ops.Transpose;
import java.util.Arrays;

/**
 * A contiguous row-major float32 array with a shape, an optional gradient, and the op that made it.
 *
 * <p>Tensors made while a {@link Scope} is open belong to it and end with it; a parameter, or any tensor made outside a
 * scope, lives as long as it is reachable. A tensor is used by one thread at a time.
 */
public final class Tensor {
    private final Shape shape;
    private boolean needsGrad;
    private final boolean ownsData;
    private float[] data;
    private float[] grad;
    /** False while {@link #grad} holds nothing yet: the next writer overwrites instead of adding. */
    private boolean gradFilled;
    private Op op;
    /** Whether {@link #op} has still to compute the values. */
    private boolean pending;
    /** Why {@link #data} is gone, for the message. */
    private String gone;

    private Tensor(float[] data, Shape shape, boolean needsGrad, boolean ownsData) {
        this.data = data;
        this.shape = shape;
        this.needsGrad = needsGrad;
        this.ownsData = ownsData;
    }

    /** A constant over the given values, which are shared and not copied. No dims: a vector of all of them. */
    public static Tensor of(float[] data, int... dims) {
        return new Tensor(data, shapeOf(data, dims), false, false);
    }

    /** A constant of one number. */
    public static Tensor scalar(float value) {
        return new Tensor(new float[] {value}, Shape.SCALAR, false, false);
    }

    /** A constant of zeros, whose array comes from {@link Scope#allocatePermanent}. */
    public static Tensor zeros(int... dims) {
        Shape shape = Shape.of(dims);
        return new Tensor(Scope.allocatePermanent(shape.size()), shape, false, false);
    }

    /** A leaf that gathers a gradient over the given values, which are shared and not copied. */
    public static Tensor variable(float[] data, int... dims) {
        return new Tensor(data, shapeOf(data, dims), true, false);
    }

    /** A leaf of zeros, whose array and gradient come from {@link Scope#allocatePermanent}. */
    public static Tensor variable(Shape shape) {
        return new Tensor(Scope.allocatePermanent(shape.size()), shape, true, false);
    }

    private static Shape shapeOf(float[] data, int[] dims) {
        Shape shape = dims.length == 0 ? Shape.of(data.length) : Shape.of(dims);
        if (data.length != shape.size()) {
            throw new IllegalArgumentException(
                    "tensor: " + data.length + " values do not fill shape " + shape + " of " + shape.size());
        }
        return shape;
    }

    /** What an op returns: storage from the innermost scope, its contents undefined, to be filled by a kernel. */
    static Tensor result(Shape shape, boolean needsGrad) {
        Tensor out = new Tensor(Scope.allocate(shape.size()), shape, needsGrad, true);
        Scope.adopt(out);
        return out;
    }

    /** What a reshape returns: another shape over the same storage. */
    static Tensor view(Tensor base, Shape shape, boolean needsGrad) {
        Tensor out = new Tensor(base.data(), shape, needsGrad, false);
        Scope.adopt(out);
        return out;
    }

    /** An op's result over an array that the innermost scope owns already. */
    static Tensor over(float[] array, Shape shape, boolean needsGrad) {
        Tensor out = new Tensor(array, shape, needsGrad, true);
        Scope.adopt(out);
        return out;
    }

    /** A leaf over the same values, which no op has made. */
    Tensor detached() {
        return new Tensor(data(), shape, needsGrad, false);
    }

    public Shape shape() {
        return shape;
    }

    public int size() {
        return shape.size();
    }

    /**
     * The values, row-major from index 0; the array itself, not a copy. Loop to {@link #size()}: the array of what an
     * op made in a {@link Scope} may be longer.
     *
     * @throws IllegalStateException when the tensor's scope is closed, or its storage was given up in a backward pass
     */
    public float[] data() {
        if (data == null) {
            throw new IllegalStateException("tensor " + shape + ": " + gone);
        }
        if (pending) {
            pending = false;
            op.forward(data);
        }
        return data;
    }

    /** The one value of a scalar or of a tensor of one element. */
    public float item() {
        if (size() != 1) {
            throw new IllegalStateException("item: a tensor of one element is needed, found " + shape);
        }
        return data()[0];
    }

    /** Whether a backward pass reaches this tensor. */
    public boolean needsGrad() {
        return needsGrad;
    }

    /**
     * Has this leaf gather no gradient any more, so that ops skip its share: PyTorch's {@code requires_grad_(False)}.
     *
     * @throws IllegalStateException when an op has made the tensor
     */
    public void freeze() {
        if (op != null) {
            throw new IllegalStateException("freeze: a leaf is needed, found the result of an op");
        }
        needsGrad = false;
        grad = null;
        gradFilled = false;
    }

    /**
     * The gradient, row-major from index 0, or null when none has arrived since the last {@link #zeroGrad()}. As with
     * {@link #data()}, its array may be longer than {@link #size()}.
     */
    public float[] grad() {
        return gradFilled ? grad : null;
    }

    /** Forgets the gradient. Its array is kept and overwritten by the next one, so nothing is cleared. */
    public void zeroGrad() {
        gradFilled = false;
    }

    /**
     * Where an op puts its share of this tensor's gradient: write when {@link GradSlot#add()} is false, else add. Every
     * element must be written, since a first writer finds the array unclean.
     */
    public GradSlot gradSlot() {
        boolean add = gradFilled;
        if (grad == null) {
            grad = op == null ? Scope.allocatePermanent(size()) : Scope.allocate(size());
        }
        gradFilled = true;
        return new GradSlot(grad, add);
    }

    /**
     * Offers an array that already holds this tensor's share and that the caller gives up: it becomes the gradient when
     * there is none yet.
     *
     * @return whether it was taken; if not, the caller adds it through {@link #gradSlot()}
     */
    public boolean takeGrad(float[] share) {
        if (gradFilled || grad != null || op == null) {
            return false;
        }
        grad = share;
        gradFilled = true;
        return true;
    }

    /** Whether there is storage for a gradient, filled or not. */
    boolean hasGradArray() {
        return grad != null;
    }

    /** Makes the gradient of this leaf, which has none, the one that the slot is of. */
    void gatherInto(GradSlot slot) {
        grad = slot.array();
        gradFilled = slot.add();
    }

    /** Gives the gradient's array up to the caller, who is to release it; null when none has arrived. */
    float[] giveUpGrad() {
        float[] given = grad();
        grad = given == null ? grad : null;
        gradFilled = false;
        return given;
    }

    /** Whether the values lie in an array of this tensor's own, as an op's result does; a view's or a leaf's do not. */
    public boolean ownsData() {
        return ownsData;
    }

    /** The op that made this tensor, or null for a leaf. */
    public Op op() {
        return op;
    }

    /** Leaves the values to be computed by the op that made this tensor, once they are read. */
    void computedWhenRead() {
        pending = true;
    }

    void madeBy(Op maker) {
        op = maker;
    }

    /** Runs the backward pass from this scalar, which leaves the gradients in the leaves; see {@link Backward}. */
    public void backward() {
        Backward.from(this);
    }

    /**
     * Ends the graph behind this tensor once its op has run backward, and releases its gradient unless one of
     * {@code inputs} took it over.
     */
    void passed(Tensor[] inputs) {
        op = Op.PASSED;
        boolean handedOn = false;
        for (Tensor input : inputs) {
            handedOn |= input != null && input.grad == grad;
        }
        if (grad != null && !handedOn) {
            Scope.release(grad);
        }
        grad = null;
        gradFilled = false;
    }

    /** Gives the storage up before the scope closes; views of it must be out of use. */
    void releaseData(String reason) {
        if (data != null && ownsData) {
            Scope.release(data);
        }
        data = null;
        gone = reason;
    }

    /** An op took the storage over and wrote something else into it. */
    public void consumed(String reason) {
        data = null;
        gone = reason;
    }

    void scopeClosed() {
        if (data != null) {
            data = null;
            gone = "its scope is closed; read or copy what you need before, or use Scope.keep";
        }
        op = null;
        grad = null;
        gradFilled = false;
    }

    // The ops in the order of a textbook; each is documented in its own file under ops/.

    public Tensor add(Tensor other) {
        return Arithmetic.apply(Binary.ADD, this, other);
    }

    public Tensor sub(Tensor other) {
        return Arithmetic.apply(Binary.SUB, this, other);
    }

    public Tensor mul(Tensor other) {
        return Arithmetic.apply(Binary.MUL, this, other);
    }

    public Tensor mul(float factor) {
        return Arithmetic.apply(Binary.MUL, this, scalar(factor));
    }

    public Tensor div(Tensor other) {
        return Arithmetic.apply(Binary.DIV, this, other);
    }

    public Tensor neg() {
        return Elementwise.apply(Unary.NEG, this);
    }

    public Tensor pow(float exponent) {
        return Elementwise.apply(Unary.POW, exponent, this);
    }

    public Tensor exp() {
        return Elementwise.apply(Unary.EXP, this);
    }

    public Tensor log() {
        return Elementwise.apply(Unary.LOG, this);
    }

    public Tensor tanh() {
        return Elementwise.apply(Unary.TANH, this);
    }

    public Tensor relu() {
        return Elementwise.apply(Unary.RELU, this);
    }

    public Tensor gelu() {
        return Elementwise.apply(Unary.GELU, this);
    }

    public Tensor sigmoid() {
        return Elementwise.apply(Unary.SIGMOID, this);
    }

    /** The sum of all elements, a scalar. */
    public Tensor sum() {
        return Sum.apply(this);
    }

    public Tensor sum(int axis, boolean keepAxis) {
        return Sum.apply(this, axis, keepAxis);
    }

    /** The mean of all elements, a scalar. */
    public Tensor mean() {
        return Sum.mean(this);
    }

    public Tensor mean(int axis, boolean keepAxis) {
        return Sum.mean(this, axis, keepAxis);
    }

    public Tensor max(int axis, boolean keepAxis) {
        return Max.apply(this, axis, keepAxis);
    }

    /** Softmax over the last axis. */
    public Tensor softmax() {
        return Softmax.apply(this);
    }

    /** The logarithm of softmax over the last axis. */
    public Tensor logSoftmax() {
        return LogSoftmax.apply(this);
    }

    public Tensor matmul(Tensor other) {
        return MatMul.apply(this, other);
    }

    /** Axes in a new order; none given: the last two swapped. */
    public Tensor transpose(int... axes) {
        return Transpose.apply(this, axes);
    }

    /** The same elements in another shape; one size may be -1 and is inferred. */
    public Tensor reshape(int... dims) {
        return Reshape.apply(this, dims);
    }

    /** The part {@code from <= index < to} along an axis. */
    public Tensor slice(int axis, int from, int to) {
        return Slice.apply(this, axis, from, to);
    }

    /** Rows of this (V, C) table by index. */
    public Tensor gather(IntTensor rows) {
        return Gather.apply(this, rows);
    }

    @Override
    public String toString() {
        if (pending || data == null) {
            return "Tensor" + shape + " " + (data == null ? gone : "not computed yet");
        }
        String values = size() <= 16 ? Arrays.toString(data) : size() + " values";
        return "Tensor" + shape + " " + values;
    }
}
