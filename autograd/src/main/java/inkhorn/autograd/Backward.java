package inkhorn.autograd;

import inkhorn.autograd.kernel.KernelProvider;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

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
        from(root, seed, keep, null);
    }

    /**
     * As above, telling when the gradient of a leaf is complete, while those of others are still to come.
     *
     * @param onLeaf told each leaf once, on this thread; none at all where a part of the graph is {@link Recomputed},
     *     since nobody knows beforehand which leaves such a part reads. Null for nobody.
     */
    public static void from(Tensor root, float[] seed, Keep keep, Consumer<Tensor> onLeaf) {
        check(root, seed);
        GradSlot slot = root.gradSlot();
        KernelProvider.kernels().scale(1, seed, slot.array(), slot.add(), seed.length);
        List<Op> ops = reachable(List.of(root));
        walk(ops, root, keep, onLeaf == null ? Leaves.NONE : Leaves.of(ops, onLeaf));
    }

    /**
     * The part of a pass that lies behind tensors whose gradients have arrived: those of the leaves are left in them,
     * all storage in between is given back, and that of {@code roots} too.
     */
    static void behind(List<Tensor> roots) {
        walk(reachable(roots), null, Keep.NOTHING, Leaves.NONE);
    }

    /** How many ops of a graph are still to add to the gradient of each leaf. */
    private record Leaves(Map<Tensor, Integer> uses, Consumer<Tensor> onLeaf) {
        static final Leaves NONE = new Leaves(Map.of(), leaf -> { });

        static Leaves of(List<Op> ops, Consumer<Tensor> onLeaf) {
            if (ops.stream().anyMatch(op -> op instanceof Recomputed)) {
                return NONE;
            }
            Map<Tensor, Integer> uses = new IdentityHashMap<>();
            ops.forEach(op -> leaves(op).forEach(leaf -> uses.merge(leaf, 1, Integer::sum)));
            return new Leaves(uses, onLeaf);
        }

        /** Ops before this one in the order of creation are still to come. */
        void passed(Op op) {
            if (!uses.isEmpty()) {
                leaves(op).forEach(leaf -> {
                    if (uses.merge(leaf, -1, Integer::sum) == 0) {
                        onLeaf.accept(leaf);
                    }
                });
            }
        }

        private static Stream<Tensor> leaves(Op op) {
            return Arrays.stream(op.inputs())
                    .filter(input -> input != null && input.op() == null && input.needsGrad());
        }
    }

    private static void walk(List<Op> ops, Tensor root, Keep keep, Leaves leaves) {
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
            leaves.passed(op);
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
