package inkhorn.autograd;

import inkhorn.autograd.kernel.KernelProvider;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * The backward pass over the graph: iterative, in reverse order of creation, freeing each node once it is done (after
 * HIPS/autograd's {@code backward_pass}). Reverse creation order is a topological order, since an op is made after its
 * inputs.
 */
public final class Backward {
    /** What to keep of the tensors between the root and the leaves once the pass is done with them. */
    public enum Keep {
        /** Their values stay readable until their scope closes. */
        VALUES,
        /** Their storage is reused within the pass: the lowest peak, as in training. The root's value stays. */
        NOTHING
    }

    private Backward() {}

    /**
     * Gradients of a scalar; the intermediate values stay readable.
     *
     * @throws IllegalStateException when {@code root} is not a scalar, needs no gradient, or was freed by an earlier
     *     backward pass
     */
    public static void from(Tensor root) {
        from(root, Keep.VALUES);
    }

    /** As {@link #from(Tensor)}, saying what to keep of the values in between. */
    public static void from(Tensor root, Keep keep) {
        if (root.size() != 1) {
            throw new IllegalStateException("backward: a tensor of shape " + root.shape()
                    + " needs a seed gradient of that shape; only a scalar starts by itself");
        }
        from(root, new float[] {1}, keep);
    }

    /**
     * Gradients of the inner product of {@code root} and {@code seed}.
     *
     * @param seed as many values as root has elements; copied
     */
    public static void from(Tensor root, float[] seed, Keep keep) {
        check(root, seed);
        GradSlot slot = root.gradSlot();
        KernelProvider.kernels().scale(1, seed, slot.array(), slot.add(), seed.length);
        walk(reachable(List.of(root)), root, keep);
    }

    /**
     * The part of a pass that lies behind tensors whose gradients have arrived: those of the leaves are left in them,
     * all storage in between is given back, and that of {@code roots} too.
     */
    static void behind(List<Tensor> roots) {
        walk(reachable(roots), null, Keep.NOTHING);
    }

    private static void walk(List<Op> ops, Tensor root, Keep keep) {
        for (Op op : ops) {
            Tensor out = op.output();
            if (out.grad() == null) {
                GradSlot empty = out.gradSlot();
                KernelProvider.kernels().fill(empty.array(), 0, out.size());
            }
            op.backward(out.grad());
            op.release();
            pass(out, op, root, keep);
            for (Tensor further : op.furtherOutputs()) {
                pass(further, op, root, keep);
            }
        }
    }

    private static void check(Tensor root, float[] seed) {
        if (!root.needsGrad()) {
            throw new IllegalStateException("backward: nothing that this tensor " + root.shape()
                    + " was made from needs a gradient (or it was made under NoGrad)");
        }
        if (root.op() == Op.PASSED) {
            throw new IllegalStateException(
                    "backward: this graph was freed by an earlier backward pass; run the forward pass again");
        }
        if (root.op() == null) {
            throw new IllegalStateException("backward: this tensor is a leaf, no op made it");
        }
        if (seed.length != root.size()) {
            throw new IllegalStateException("backward: a seed of " + seed.length
                    + " values does not fit shape " + root.shape());
        }
    }

    private static void pass(Tensor out, Op op, Tensor root, Keep keep) {
        out.passed(op.inputs());
        if (keep == Keep.NOTHING && out != root) {
            out.releaseData("its storage was reused by the backward pass; read it before, or use Keep.VALUES");
        }
    }

    /** Every op between the roots and the leaves that need a gradient, latest first. */
    private static List<Op> reachable(List<Tensor> roots) {
        List<Op> found = new ArrayList<>();
        Set<Op> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        ArrayDeque<Op> open = new ArrayDeque<>();
        roots.forEach(root -> visit(root, seen, open));
        while (!open.isEmpty()) {
            Op op = open.pop();
            found.add(op);
            for (Tensor input : op.inputs()) {
                if (input != null) {
                    visit(input, seen, open);
                }
            }
        }
        found.sort(Comparator.comparingLong(Op::order).reversed());
        return found;
    }

    private static void visit(Tensor tensor, Set<Op> seen, ArrayDeque<Op> open) {
        Op op = tensor.op();
        if (op == Op.PASSED) {
            throw new IllegalStateException("backward: part of this graph, a tensor of shape " + tensor.shape()
                    + ", was freed by an earlier backward pass; run its forward pass again");
        }
        if (op != null && seen.add(op)) {
            open.push(op);
        }
    }
}
