package inkhorn.autograd.ops;

import static inkhorn.autograd.kernel.KernelProvider.kernels;

import inkhorn.autograd.GradSlot;
import inkhorn.autograd.IntTensor;
import inkhorn.autograd.Op;
import inkhorn.autograd.Shape;
import inkhorn.autograd.Tensor;
import java.util.Arrays;

/**
 * {@code y[i] = table[ids[i]]}, an embedding; {@code dTable[ids[i]] += dy[i]}.
 * Shapes: table (V, C), ids of any shape S, y S + (C).
 */
public final class Gather extends Op {
    private final Tensor table;
    private final IntTensor ids;

    private Gather(Tensor table, IntTensor ids) {
        super(table);
        this.table = table;
        this.ids = ids;
    }

    /** @throws IllegalArgumentException when the table is no matrix, or an id is no row of it */
    public static Tensor apply(Tensor table, IntTensor ids) {
        if (table.shape().rank() != 2) {
            throw new IllegalArgumentException("gather: a table of rank 2 is needed, found " + table.shape());
        }
        Checks.indices("gather", "id", ids, table.shape().dim(0), false);
        int[] dims = Arrays.copyOf(ids.shape().dims(), ids.shape().rank() + 1);
        dims[dims.length - 1] = table.shape().last();
        Tensor y = result(Shape.of(dims), table);
        kernels().gatherRows(table.data(), table.shape().last(), ids.data(), ids.shape().size(), y.data());
        return new Gather(table, ids).record(y);
    }

    @Override
    protected void backward(float[] grad) {
        GradSlot slot = table.gradSlot();
        kernels().scatterAddRows(grad, ids.data(), ids.shape().size(), table.shape().last(), table.shape().dim(0),
                slot.array(), slot.add());
    }
}
