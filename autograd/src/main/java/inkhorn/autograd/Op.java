package inkhorn.autograd;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One differentiable step of a computation, and the node it leaves in the graph. A subclass is one final class with a
 * static {@code apply(...)} that checks shapes and runs the forward kernel, and {@link #backward} below it; what
 * backward needs is kept in private final fields.
 *
 * <p><b>The gradient rule</b>, for every op: <em>backward accumulates into the gradients of inputs that need one.</em>
 */
public abstract class Op {
    /** Above {@link #PASSED}, whose making reads it. */
    private static final AtomicLong CREATED = new AtomicLong();

    /** Stands in the place of an op whose backward has run. */
    static final Op PASSED = new Op(new Tensor[0]) {
        @Override
        protected void backward(float[] grad) {
            throw new IllegalStateException("unreachable: a passed op has no backward");
        }
    };

    private final long order = CREATED.getAndIncrement();
    private final Tensor[] inputs;
    private Tensor output;
    private final List<Tensor> further = new ArrayList<>(0);

    /** @param inputs every tensor whose gradient depends on the output's */
    protected Op(Tensor... inputs) {
        this.inputs = inputs;
    }

    /**
     * Adds this op's share to the gradient of each input that needs one.
     *
     * @param grad the gradient of the (first) output, in an array that may be longer than the output's size; it is not
     *     read again afterwards, so it may be overwritten, or handed on to one input by {@link Tensor#takeGrad}
     */
    protected abstract void backward(float[] grad);

    /** Gives arrays kept for backward back to the scope; called once after {@link #backward}. */
    protected void release() {}

    /**
     * Whether {@link #backward} reads the values of an output. Where it does not, a later op may give their storage
     * back once nothing else needs them.
     */
    public boolean readsOutput() {
        return true;
    }

    /** Storage for a result of these inputs, contents undefined; it needs a gradient when one of them does. */
    protected static Tensor result(Shape shape, Tensor... inputs) {
        return Tensor.result(shape, anyNeedsGrad(inputs));
    }

    /** Whether a gradient will be asked for: recording is on and an input needs one. */
    protected static boolean anyNeedsGrad(Tensor... inputs) {
        if (NoGrad.active()) {
            return false;
        }
        for (Tensor input : inputs) {
            if (input != null && input.needsGrad()) {
                return true;
            }
        }
        return false;
    }

    /** Makes this op the maker of {@code out}, if out needs a gradient, and returns out. */
    protected final Tensor record(Tensor out) {
        if (out.needsGrad()) {
            output = out;
            out.madeBy(this);
        }
        return out;
    }

    /**
     * As {@link #record}, and has {@link #forward} compute the values: at once, or in the second run of a
     * {@link Recomputed} part when they are first read, as the last ones of the part never are.
     */
    protected final Tensor recordAndCompute(Tensor out) {
        record(out);
        if (out.needsGrad() && Recomputed.isSecondRun()) {
            out.computedWhenRead();
        } else {
            forward(out.data());
        }
        return out;
    }

    /** Writes the output's values, for ops that use {@link #recordAndCompute}. */
    protected void forward(float[] out) {
        throw new UnsupportedOperationException(getClass().getSimpleName() + " computes its output in apply");
    }

    /** Makes this op the maker of a further result beside the one of {@link #record(Tensor)}. */
    protected final Tensor recordFurther(Tensor out) {
        if (out.needsGrad()) {
            further.add(out);
            out.madeBy(this);
        }
        return out;
    }

    /** A view of {@code base} in another shape, recorded by this op. */
    protected static Tensor view(Tensor base, Shape shape) {
        return Tensor.view(base, shape, anyNeedsGrad(base));
    }

    long order() {
        return order;
    }

    Tensor[] inputs() {
        return inputs;
    }

    Tensor output() {
        return output;
    }

    /** The results beside {@link #output}. */
    List<Tensor> furtherOutputs() {
        return further;
    }
}
