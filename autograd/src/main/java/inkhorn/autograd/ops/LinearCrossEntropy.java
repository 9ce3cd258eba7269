package inkhorn.autograd.ops;

import static inkhorn.autograd.kernel.KernelProvider.kernels;

import inkhorn.autograd.GradSlot;
import inkhorn.autograd.IntTensor;
import inkhorn.autograd.Op;
import inkhorn.autograd.Scope;
import inkhorn.autograd.Shape;
import inkhorn.autograd.Tensor;
import inkhorn.autograd.kernel.CrossEntropyRows;
import inkhorn.autograd.kernel.Epilogue;
import inkhorn.autograd.kernel.MatrixKernels;
import inkhorn.autograd.kernel.Unary;

/**
 * {@code y = CrossEntropy(z, targets)} of the logits {@code z = x · tableᵀ}, which are never held whole: the head of a
 * language model and its loss. {@code dx = dz · table, dTable = dzᵀ · x}, with dz as in {@link CrossEntropy}. Forward
 * goes through the logits by rows and keeps two numbers of each; backward computes them a second time, by columns. All
 * results have the bits of {@link CrossEntropy} behind {@link MatMul} (docs/adr/012-computing-twice.md).
 * Shapes: x S + (C), table (V, C), targets S, y {@code ()}.
 */
public final class LinearCrossEntropy extends Op {
    /** Logits held at a time: 64 MiB. Whoever has no more of them is better off with {@link CrossEntropy#inPlace}. */
    public static final int MOST_LOGITS = 1 << 24;

    private final Tensor x;
    private final Tensor table;
    private final float cap;
    private final CrossEntropyRows rows;
    private final Parts parts;

    private LinearCrossEntropy(Tensor x, Tensor table, float cap, CrossEntropyRows rows, Parts parts) {
        super(x, table);
        this.x = x;
        this.table = table;
        this.cap = cap;
        this.rows = rows;
        this.parts = parts;
    }

    /** The mean over the rows whose target is not negative; 0 when there is none. */
    public static Tensor apply(Tensor x, Tensor table, IntTensor targets) {
        return apply(x, table, targets, LossTerms.NONE, 0, MOST_LOGITS);
    }

    /**
     * As above, with more terms, of logits that went through {@link Softcap} if {@code cap} is not 0.
     *
     * @param mostLogits how many to hold at a time; more where as many are not enough for a part of the product that
     *     keeps the bits, 65 rows or 384 columns
     */
    public static Tensor apply(Tensor x, Tensor table, IntTensor targets, LossTerms terms, float cap,
                               int mostLogits) {
        check(x.shape(), table.shape(), targets, cap);
        Tensor y = result(Shape.SCALAR, x, table);
        int count = targets.shape().size();
        int vocabulary = table.shape().dim(0);
        CrossEntropyRows rows = y.needsGrad()
                ? CrossEntropyRows.withSums(targets.data(), count, terms.labelSmoothing(), terms.zLoss(), vocabulary)
                : CrossEntropyRows.of(targets.data(), count, terms.labelSmoothing(), terms.zLoss(), vocabulary);
        Parts parts = Parts.of(count, vocabulary, mostLogits);
        LinearCrossEntropy op = new LinearCrossEntropy(x, table, cap, rows, parts);
        op.forward();
        y.data()[0] = (float) rows.mean();
        return op.record(y);
    }

    /**
     * The loss of each row by itself, in the order of the targets; 0 where a target is negative. No gradient.
     *
     * @param cap of {@link Softcap} at the logits; 0 for none
     */
    public static double[] losses(Tensor x, Tensor table, IntTensor targets, float cap) {
        check(x.shape(), table.shape(), targets, cap);
        int count = targets.shape().size();
        CrossEntropyRows rows = CrossEntropyRows.of(targets.data(), count);
        new LinearCrossEntropy(x, table, cap, rows, Parts.of(count, table.shape().dim(0), MOST_LOGITS)).forward();
        return rows.losses();
    }

    private static void check(Shape x, Shape table, IntTensor targets, float cap) {
        if (cap != 0) {
            Softcap.check("linear cross-entropy", cap);
        }
        Checks.rankAtLeast("linear cross-entropy", x, 1);
        if (table.rank() != 2 || table.last() != x.last()) {
            throw new IllegalArgumentException("linear cross-entropy: the table must be (V, C) with C the last axis of "
                    + "x, " + x + " x " + table);
        }
        if (!x.without(-1).equals(targets.shape())) {
            throw new IllegalArgumentException("linear cross-entropy: targets must have the shape of x without the "
                    + "last axis, x " + x + ", targets " + targets.shape());
        }
        Checks.indices("linear cross-entropy", "target", targets, table.dim(0), true);
    }

    private void forward() {
        int channels = x.shape().last();
        float[] logits = Scope.allocate(parts.size());
        for (int part = 0; part < parts.ofRows; part++) {
            int from = parts.firstRow(part);
            int count = parts.firstRow(part + 1) - from;
            kernels().gemm(false, true, count, parts.vocabulary, channels, x.data(), from * channels, table.data(), 0,
                    logits, 0, false, Epilogue.NONE);                                       // (rows, V)
            capInPlace(logits, count * parts.vocabulary, logits);
            kernels().crossEntropy(logits, rows.part(from, from + count), parts.vocabulary, null);
        }
        Scope.release(logits);
    }

    /**
     * The logits of a part after the cap, where there is one; the operations of {@link Softcap}.
     *
     * @param tanh receives what their derivative is computed from; may be {@code logits}
     */
    private void capInPlace(float[] logits, int size, float[] tanh) {
        if (cap != 0) {
            kernels().scale(1 / cap, logits, tanh, false, size);
            kernels().unary(Unary.TANH, 0, tanh, tanh, size);
            kernels().scale(cap, tanh, logits, false, size);
        }
    }

    @Override
    protected void backward(float[] grad) {
        int channels = x.shape().last();
        GradSlot dx = Gradients.slotOrNone(x);
        GradSlot dTable = Gradients.slotOrNone(table);
        float[] part = Scope.allocate(parts.size());
        float[] tanh = cap == 0 ? null : Scope.allocate(parts.size());
        for (int from = 0; from < parts.vocabulary; from += parts.columns) {
            int columns = Math.min(parts.columns, parts.vocabulary - from);
            kernels().gemm(false, true, parts.rows, columns, channels, x.data(), 0, table.data(), from * channels,
                    part, 0, false, Epilogue.NONE);                                         // (rows, columns)
            capInPlace(part, parts.rows * columns, tanh);
            kernels().crossEntropyGradient(part, rows, columns, from);
            if (grad[0] != 1) {
                kernels().scale(grad[0], part, part, false, parts.rows * columns);
            }
            if (cap != 0) {
                kernels().unaryBackward(Unary.TANH, 0, tanh, tanh, part, part, false, parts.rows * columns);
            }
            if (dx.array() != null) {
                kernels().gemm(false, false, parts.rows, channels, columns, part, 0, table.data(), from * channels,
                        dx.array(), 0, dx.add() || from > 0, Epilogue.NONE);                // (rows, C)
            }
            if (dTable.array() != null) {
                kernels().gemm(true, false, columns, channels, parts.rows, part, 0, x.data(), 0,
                        dTable.array(), from * channels, dTable.add(), Epilogue.NONE);      // (columns, C)
            }
        }
        Scope.release(part);
        if (tanh != null) {
            Scope.release(tanh);
        }
    }

    /**
     * How the (rows, V) logits are cut, so that every product has the bits of the whole one.
     *
     * @param ofRows  parts of all columns, with more than {@link MatrixKernels#FEW_ROWS} rows each, unless there is one
     * @param columns of a part of all rows, a multiple of {@link MatrixKernels#DEPTH}
     */
    private record Parts(int rows, int vocabulary, int ofRows, int columns) {

        static Parts of(int rows, int vocabulary, int mostLogits) {
            long wanted = ((long) rows * vocabulary + mostLogits - 1) / mostLogits;
            int ofRows = (int) Math.max(1, Math.min(wanted, rows / (MatrixKernels.FEW_ROWS + 1)));
            int depths = Math.max(1, mostLogits / Math.max(1, rows) / MatrixKernels.DEPTH);
            int columns = (int) Math.min(vocabulary, (long) depths * MatrixKernels.DEPTH);
            return new Parts(rows, vocabulary, ofRows, columns);
        }

        int firstRow(int part) {
            return (int) ((long) rows * part / ofRows);
        }

        /** Logits of the largest part. */
        int size() {
            long ofAllColumns = (long) ((rows + ofRows - 1) / ofRows) * vocabulary;
            return Math.toIntExact(Math.max(ofAllColumns, (long) rows * columns));
        }
    }
}
