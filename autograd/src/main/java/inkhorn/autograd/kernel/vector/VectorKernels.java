package inkhorn.autograd.kernel.vector;

import inkhorn.autograd.kernel.AdamWStep;
import inkhorn.autograd.kernel.AttentionKernels.RotaryShape;
import inkhorn.autograd.kernel.AttentionShape;
import inkhorn.autograd.kernel.AxisKernels;
import inkhorn.autograd.kernel.Binary;
import inkhorn.autograd.kernel.Broadcast;
import inkhorn.autograd.kernel.CacheShape;
import inkhorn.autograd.kernel.CrossEntropyRows;
import inkhorn.autograd.kernel.Epilogue;
import inkhorn.autograd.kernel.HeadRows;
import inkhorn.autograd.kernel.Kernels;
import inkhorn.autograd.kernel.RowNorm;
import inkhorn.autograd.kernel.StridedCopy;
import inkhorn.autograd.kernel.Unary;
import inkhorn.autograd.kernel.vector.gemm.Tile;
import inkhorn.autograd.kernel.vector.gemm.VectorFewRows;
import inkhorn.autograd.kernel.vector.gemm.VectorGemm;
import inkhorn.autograd.kernel.vector.gemm.VectorGemm.Operands;
import inkhorn.autograd.kernel.vector.loops.Scratch;
import inkhorn.autograd.kernel.vector.loops.VectorElementwise;
import inkhorn.autograd.kernel.vector.loops.VectorMath;
import inkhorn.autograd.kernel.vector.loops.VectorRotation;
import inkhorn.autograd.kernel.vector.loops.VectorRows;
import inkhorn.autograd.kernel.vector.loops.VectorUnary;
import inkhorn.autograd.kernel.vector.workers.Workers;
import java.util.Arrays;
import java.util.function.IntConsumer;

/**
 * The fast kernels: the JDK's Vector API on float arrays, dealt out to a team of threads. This class cuts the work; the
 * arithmetic is in the {@code Vector…} classes beside it.
 */
public final class VectorKernels implements Kernels {
    /** Elements of a task: 64 KiB a stream, a few microseconds. */
    private static final int CHUNK = 16384;

    /** Up to so many texts may be too few for all threads. */
    private static final int FEW_TEXTS = 8;

    private final Workers workers;
    private final VectorGemm gemm;

    public VectorKernels(Workers workers) {
        this.workers = workers;
        this.gemm = new VectorGemm(workers);
    }

    @Override
    public String description() {
        String tiles = Tile.quickest() == Tile.TALL ? Tile.TALL + " micro-kernel, " : Tile.TALL + " and " + Tile.WIDE
                + " micro-kernels, ";
        return "vector, " + 32 * VectorMath.W + "-bit, " + tiles + workers.threads()
                + (workers.threads() == 1 ? " thread" : " threads");
    }

    @Override
    public int threads() {
        return workers.threads();
    }

    @Override
    public void close() {
        workers.close();
    }

    /** Deals elements or rows 0 to n out in chunks. */
    private void parallel(int n, int chunk, RangeLoop body) {
        workers.run((n + chunk - 1) / chunk, task -> body.run(task * chunk, Math.min(n, (task + 1) * chunk)));
    }

    private void parallelRows(int rows, int n, RangeLoop body) {
        parallel(rows, Math.max(1, CHUNK / Math.max(1, n)), body);
    }

    @Override
    public void fill(float[] out, float value, int n) {
        parallel(n, CHUNK, (from, to) -> Arrays.fill(out, from, to, value));
    }

    @Override
    public void scale(float factor, float[] x, float[] out, boolean add, int n) {
        parallel(n, CHUNK, (from, to) -> VectorElementwise.scale(factor, x, out, from, to, add));
    }

    @Override
    public void unary(Unary f, float p, float[] x, float[] out, int n) {
        parallel(n, CHUNK, (from, to) -> VectorUnary.forward(f, p, x, from, out, from, to - from));
    }

    @Override
    public void unaryBackward(Unary f, float p, float[] x, float[] y, float[] dy, float[] dx, boolean add, int n) {
        parallel(n, CHUNK, (from, to) -> VectorUnary.backward(f, p, x, y, dy, dx, from, add, to - from));
    }

    @Override
    public void binary(Binary f, Broadcast plan, float[] a, float[] b, float[] out) {
        int[] dims = plan.dims();
        int last = dims.length - 1;
        int n = dims[last];
        int rows = product(dims, last);
        if (rows == 1) {
            int aStep = plan.aStrides()[last];
            int bStep = plan.bStrides()[last];
            parallel(n, CHUNK, (from, to) -> VectorElementwise.binary(f, a, from * aStep, aStep, b, from * bStep, bStep,
                    out, from, to - from));
            return;
        }
        parallelRows(rows, n, (from, to) -> {
            for (int row = from; row < to; row++) {
                VectorElementwise.binary(f, a, offset(row, dims, plan.aStrides()), plan.aStrides()[last],
                        b, offset(row, dims, plan.bStrides()), plan.bStrides()[last], out, row * n, n);
            }
        });
    }

    @Override
    public void copy(StridedCopy plan, float[] from, float[] to, boolean add) {
        int[] dims = plan.dims();
        int last = dims.length - 1;
        int n = dims[last];
        int fromStep = plan.fromStrides()[last];
        int toStep = plan.toStrides()[last];
        parallelRows(product(dims, last), n, (first, end) -> {
            for (int row = first; row < end; row++) {
                int source = plan.fromOffset() + offset(row, dims, plan.fromStrides());
                int target = plan.toOffset() + offset(row, dims, plan.toStrides());
                copyRow(from, source, fromStep, to, target, toStep, n, add);
            }
        });
    }

    private static void copyRow(float[] from, int source, int fromStep, float[] to, int target, int toStep, int n,
                                boolean add) {
        if (fromStep == 1 && toStep == 1) {
            if (add) {
                VectorElementwise.addInPlace(from, source, to, target, n);
            } else {
                System.arraycopy(from, source, to, target, n);
            }
            return;
        }
        for (int i = 0; i < n; i++) {
            float value = from[source + i * fromStep];
            to[target + i * toStep] = add ? value + to[target + i * toStep] : value;
        }
    }

    private static int product(int[] dims, int count) {
        int product = 1;
        for (int i = 0; i < count; i++) {
            product *= dims[i];
        }
        return product;
    }

    /** Where row {@code row} of the block starts: all axes but the last, last of them fastest. */
    private static int offset(int row, int[] dims, int[] strides) {
        int offset = 0;
        for (int axis = dims.length - 2, rest = row; axis >= 0; axis--) {
            offset += rest % dims[axis] * strides[axis];
            rest /= dims[axis];
        }
        return offset;
    }

    @Override
    public void dropout(float[] x, float p, long key, float[] out, boolean add, int n) {
        parallel(n, CHUNK, (from, to) -> VectorElementwise.dropout(x, p, key, out, from, to, add));
    }

    @Override
    public void sum(float[] x, int outer, int n, int inner, float factor, float[] out, boolean add) {
        VectorSums.overAxis(workers, x, outer, n, inner, factor, out, add);
    }

    @Override
    public void max(float[] x, int outer, int n, int inner, float[] out, int[] where) {
        parallelRows(outer * inner, n, (from, to) -> {
            for (int i = from; i < to; i++) {
                int first = i / inner * n * inner + i % inner;
                int best = 0;
                for (int j = 1; j < n && !Float.isNaN(x[first + best * inner]); j++) {
                    float candidate = x[first + j * inner];
                    if (candidate > x[first + best * inner] || Float.isNaN(candidate)) {
                        best = j;
                    }
                }
                out[i] = x[first + best * inner];
                where[i] = best;
            }
        });
    }

    @Override
    public void maxBackward(float[] dy, int[] where, int outer, int n, int inner, float[] dx, boolean add) {
        if (!add) {
            fill(dx, 0, outer * n * inner);
        }
        parallelRows(outer * inner, 1, (from, to) -> {
            for (int i = from; i < to; i++) {
                dx[(i / inner * n + where[i]) * inner + i % inner] += dy[i];
            }
        });
    }

    @Override
    public void sumsOfSquares(float[] x, int from, int n, double[] sums) {
        workers.run(AxisKernels.squaresBlocks(n), block -> sums[block] = VectorElementwise.sumOfSquares(x,
                from + block * SQUARES_BLOCK, from + Math.min(n, (block + 1) * SQUARES_BLOCK)));
    }

    @Override
    public void softmax(float[] x, int rows, int n, float[] out) {
        parallelRows(rows, n, (from, to) -> {
            for (int row = from; row < to; row++) {
                VectorRows.softmax(x, row * n, n, out);
            }
        });
    }

    @Override
    public void softmaxBackward(float[] y, float[] dy, int rows, int n, float[] dx, boolean add) {
        parallelRows(rows, n, (from, to) -> {
            for (int row = from; row < to; row++) {
                VectorRows.softmaxBackward(y, dy, row * n, n, dx, add);
            }
        });
    }

    @Override
    public void logSoftmax(float[] x, int rows, int n, float[] out) {
        parallelRows(rows, n, (from, to) -> {
            float[] work = Scratch.ofThread().array(0, n);
            for (int row = from; row < to; row++) {
                VectorRows.logSoftmax(x, row * n, n, out, work);
            }
        });
    }

    @Override
    public void logSoftmaxBackward(float[] y, float[] dy, int rows, int n, float[] dx, boolean add) {
        parallelRows(rows, n, (from, to) -> {
            for (int row = from; row < to; row++) {
                VectorRows.logSoftmaxBackward(y, dy, row * n, n, dx, add);
            }
        });
    }

    @Override
    public void crossEntropy(float[] logits, CrossEntropyRows rows, int n, float[] gradient) {
        parallelRows(rows.count(), n, (from, to) -> {
            for (int row = from; row < to; row++) {
                crossEntropyRow(logits, row * n, n, rows, rows.first() + row, gradient);
            }
        });
    }

    private static void crossEntropyRow(float[] logits, int at, int n, CrossEntropyRows rows, int row,
                                        float[] gradient) {
        if (rows.targets()[row] < 0) {
            rows.losses()[row] = 0;
            if (gradient != null) {
                Arrays.fill(gradient, at, at + n, 0);
            }
            return;
        }
        if (gradient != null) {
            VectorRows.crossEntropy(logits, at, n, rows, row, gradient);
            return;
        }
        float[] work = Scratch.ofThread().array(0, n);
        System.arraycopy(logits, at, work, 0, n);
        VectorRows.crossEntropy(work, 0, n, rows, row, work);
    }

    @Override
    public void crossEntropyGradient(float[] logits, CrossEntropyRows rows, int n, int first) {
        parallelRows(rows.count(), n, (from, to) -> {
            for (int row = from; row < to; row++) {
                VectorRows.crossEntropyGradient(logits, row * n, n, rows, rows.first() + row, first);
            }
        });
    }

    /** What a row of a norm takes, in elements of the quickest loops: two passes, and a sum of the lanes in between. */
    private static int costOfNorm(int n) {
        return 4 * (n + 16);
    }

    @Override
    public void normalize(RowNorm norm, float[] x, float[] gamma, float[] beta, int rows, int n, float eps,
                          float[] out, float[] mean, float[] rstd) {
        parallelRows(rows, costOfNorm(n), (from, to) -> {
            for (int row = from; row < to; row++) {
                VectorRows.normalize(norm, x, gamma, beta, row * n, n, eps, out, mean, rstd, row);
            }
        });
    }

    @Override
    public void normalizeBackward(RowNorm norm, float[] x, float[] gamma, float[] mean, float[] rstd, float[] dy,
                                  int rows, int n, float[] dx, boolean addX, float[] dGamma, boolean addGamma,
                                  float[] dBeta, boolean addBeta) {
        if (dx != null) {
            parallelRows(rows, n, (from, to) -> {
                for (int row = from; row < to; row++) {
                    VectorRows.normalizeBackward(norm, x, gamma, mean[row], rstd[row], dy, row * n, n, dx, addX);
                }
            });
        }
        if (dGamma == null && dBeta == null) {
            return;
        }
        float[] sums = Scratch.ofThread().array(1, 2 * n);
        VectorSums.columns(workers, rows, 2 * n, sums, 0, 1, false, (row, to, at) ->
                VectorRows.addToGammaBeta(x, mean[row], rstd[row], dy, row * n, n, to, at, at + n));
        if (dGamma != null) {
            copyRow(sums, 0, 1, dGamma, 0, 1, n, addGamma);
        }
        if (dBeta != null) {
            copyRow(sums, n, 1, dBeta, 0, 1, n, addBeta);
        }
    }

    @Override
    public void residualNormalize(RowNorm norm, float[] x, float[] branch, float p, long key, float[] gamma,
                                  float[] beta, int rows, int n, float eps, float[] sum, float[] out, float[] mean,
                                  float[] rstd) {
        // Two rows at a time where n is odd: draws come in pairs.
        int perTask = Math.max(2, CHUNK / costOfNorm(n) / 2 * 2);
        parallel(rows, perTask, (from, to) -> {
            System.arraycopy(x, from * n, sum, from * n, (to - from) * n);
            if (p > 0) {
                VectorElementwise.dropout(branch, p, key, sum, from * n, to * n, true);
            } else {
                VectorElementwise.addInPlace(branch, from * n, sum, from * n, (to - from) * n);
            }
            for (int row = from; row < to; row++) {
                VectorRows.normalize(norm, sum, gamma, beta, row * n, n, eps, out, mean, rstd, row);
            }
        });
    }

    @Override
    public void gatherRows(float[] table, int n, int[] ids, int count, float[] out) {
        parallelRows(count, n, (from, to) -> {
            for (int i = from; i < to; i++) {
                System.arraycopy(table, ids[i] * n, out, i * n, n);
            }
        });
    }

    @Override
    public void scatterAddRows(float[] dy, int[] ids, int count, int n, int tableRows, float[] dTable, boolean add) {
        if (!add) {
            fill(dTable, 0, tableRows * n);
        }
        // Split by column, so that each element of the table is summed in the order of the ids by one thread.
        parallel(n, 64, (from, to) -> {
            for (int i = 0; i < count; i++) {
                VectorElementwise.addInPlace(dy, i * n + from, dTable, ids[i] * n + from, to - from);
            }
        });
    }

    @Override
    public void gemm(boolean transA, boolean transB, int m, int n, int k, float[] a, int aOffset, float[] b,
                     int bOffset, float[] c, int cOffset, boolean add, Epilogue epilogue) {
        if (VectorFewRows.suits(transA, transB, m, n, k)) {
            VectorFewRows.multiply(workers, transB, m, n, k, a, aOffset, b, bOffset, c, cOffset, add, epilogue);
            return;
        }
        gemm.multiply(new Operands(transA, transB, m, n, k, a, aOffset, b, bOffset), c, cOffset, add, epilogue);
    }

    @Override
    public void attention(AttentionShape shape, HeadRows q, HeadRows k, HeadRows v, float p, long key, float[] out,
                          float[] logSumExp) {
        workers.run(shape.batch() * shape.keyHeads(), i -> VectorAttention.forward(
                shape, i / shape.keyHeads(), i % shape.keyHeads(), q, k, v, p, key, out, logSumExp));
    }

    @Override
    public void attentionBackward(AttentionShape shape, HeadRows q, HeadRows k, HeadRows v, float p, long key,
                                  float[] out, float[] logSumExp, float[] dOut, HeadRows dQ, boolean addQ,
                                  HeadRows dK, boolean addK, HeadRows dV, boolean addV) {
        VectorAttention.HeadGradients to = new VectorAttention.HeadGradients(dQ, addQ, dK, addK, dV, addV);
        workers.run(shape.batch() * shape.keyHeads(), i -> VectorAttention.backward(
                shape, i / shape.keyHeads(), i % shape.keyHeads(), q, k, v, p, key, out, logSumExp, dOut, to));
    }

    @Override
    public void rotate(RotaryShape shape, float[] x, float[] turns, int[] positions, boolean back, float[] out,
                       boolean add) {
        parallelRows(shape.rows(), 2 * shape.width(), (from, to) -> {
            for (int row = from; row < to; row++) {
                VectorRotation.row(shape, x, row * shape.width(), turns, positions[row] * shape.rotated(), back, out,
                        add);
            }
        });
    }

    @Override
    public void keepKeysAndValues(CacheShape shape, HeadRows k, HeadRows v, int time, int[] first, float[][] keys,
                                  float[][] values) {
        // A key is written into as many lines of the cache as it has channels.
        int cost = CacheShape.BLOCK * time * shape.headSize();
        parallelRows(keys.length * shape.keyHeads(), cost, (from, to) -> {
            for (int i = from; i < to; i++) {
                int b = i / shape.keyHeads();
                shape.keep(i % shape.keyHeads(), first[b], time, k, v, b * time, keys[b], values[b]);
            }
        });
    }

    @Override
    public void cachedAttention(CacheShape shape, HeadRows q, HeadRows k, HeadRows v, int[] at, float[][] keys,
                                float[][] values, float[] out) {
        int texts = keys.length;
        boolean isFew = texts < FEW_TEXTS;
        if (isFew) {
            keepKeysAndValues(shape, k, v, 1, at, keys, values);
        }
        parallel(texts * shape.heads(), isFew ? 1 : shape.heads(), (from, to) -> {
            float[] scores = Scratch.ofThread().array(0, VectorCachedAttention.padded(shape.capacity()));
            for (int i = from; i < to; i++) {
                int b = i / shape.heads();
                int head = i % shape.heads();
                if (!isFew && head % shape.group() == 0) {
                    // Here, so that what it writes to is fetched while the attention computes.
                    shape.keep(shape.keyHead(head), at[b], 1, k, v, b, keys[b], values[b]);
                }
                VectorCachedAttention.forward(shape, head, q.array(), q.at(b, head, shape.headSize()), at[b] + 1,
                        keys[b], values[b], scores, out, b * shape.channels() + head * shape.headSize());
            }
        });
    }

    @Override
    public void adamW(AdamWStep step, float[] weights, float[] gradient, int at, float[] m, float[] v, int n) {
        parallel(n, CHUNK, (from, to) -> VectorElementwise.adamW(step, weights, gradient, at, m, v, from, to));
    }

    @Override
    public void forEachRange(int n, RangeLoop loop) {
        parallel(n, CHUNK, loop);
    }

    @Override
    public void forEach(int count, IntConsumer task) {
        workers.run(count, task::accept);
    }
}
