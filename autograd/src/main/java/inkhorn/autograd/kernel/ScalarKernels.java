package inkhorn.autograd.kernel;

import java.util.Arrays;

/**
 * Plain single-threaded loops that a student can read: the specification of {@link Kernels}, the oracle of every other
 * implementation, and what runs where the Vector API is missing. Sums run in double except in the matrix product, which
 * stays in float for speed; the same bits on every run.
 */
public final class ScalarKernels implements Kernels {

    @Override
    public String description() {
        return "scalar, plain loops, 1 thread";
    }

    @Override
    public int threads() {
        return 1;
    }

    @Override
    public void close() {
        // No threads to end.
    }

    @Override
    public void fill(float[] out, float value, int n) {
        Arrays.fill(out, 0, n, value);
    }

    @Override
    public void scale(float factor, float[] x, float[] out, boolean add, int n) {
        ScalarElements.scale(factor, x, out, add, n);
    }

    @Override
    public void unary(Unary f, float p, float[] x, float[] out, int n) {
        ScalarElements.unary(f, p, x, out, n);
    }

    @Override
    public void unaryBackward(Unary f, float p, float[] x, float[] y, float[] dy, float[] dx, boolean add, int n) {
        ScalarElements.unaryBackward(f, p, x, y, dy, dx, add, n);
    }

    @Override
    public void binary(Binary f, Broadcast plan, float[] a, float[] b, float[] out) {
        ScalarElements.binary(f, plan, a, b, out);
    }

    @Override
    public void copy(StridedCopy plan, float[] from, float[] to, boolean add) {
        ScalarElements.copy(plan, from, to, add);
    }

    @Override
    public void dropout(float[] x, float p, long key, float[] out, boolean add, int n) {
        ScalarElements.dropout(x, p, key, out, add, n);
    }

    @Override
    public void sum(float[] x, int outer, int n, int inner, float factor, float[] out, boolean add) {
        ScalarAxis.sum(x, outer, n, inner, factor, out, add);
    }

    @Override
    public void max(float[] x, int outer, int n, int inner, float[] out, int[] where) {
        ScalarAxis.max(x, outer, n, inner, out, where);
    }

    @Override
    public void maxBackward(float[] dy, int[] where, int outer, int n, int inner, float[] dx, boolean add) {
        ScalarAxis.maxBackward(dy, where, outer, n, inner, dx, add);
    }

    @Override
    public double sumOfSquares(float[] x, int n) {
        return ScalarAxis.sumOfSquares(x, n);
    }

    @Override
    public void softmax(float[] x, int rows, int n, float[] out) {
        ScalarRows.softmax(x, rows, n, out);
    }

    @Override
    public void softmaxBackward(float[] y, float[] dy, int rows, int n, float[] dx, boolean add) {
        ScalarRows.softmaxBackward(y, dy, rows, n, dx, add);
    }

    @Override
    public void logSoftmax(float[] x, int rows, int n, float[] out) {
        ScalarRows.logSoftmax(x, rows, n, out);
    }

    @Override
    public void logSoftmaxBackward(float[] y, float[] dy, int rows, int n, float[] dx, boolean add) {
        ScalarRows.logSoftmaxBackward(y, dy, rows, n, dx, add);
    }

    @Override
    public double crossEntropy(float[] logits, int[] targets, int rows, int n, float[] gradient) {
        return ScalarRows.crossEntropy(logits, targets, rows, n, gradient);
    }

    @Override
    public void layerNorm(float[] x, float[] gamma, float[] beta, int rows, int n, float eps,
                          float[] out, float[] mean, float[] rstd) {
        ScalarRows.layerNorm(x, gamma, beta, rows, n, eps, out, mean, rstd);
    }

    @Override
    public void layerNormBackward(float[] x, float[] gamma, float[] mean, float[] rstd, float[] dy, int rows, int n,
                                  float[] dx, boolean addX, float[] dGamma, boolean addGamma,
                                  float[] dBeta, boolean addBeta) {
        if (dGamma != null || dBeta != null) {
            ScalarRows.layerNormBackwardParameters(x, mean, rstd, dy, rows, n, dGamma, addGamma, dBeta, addBeta);
        }
        if (dx != null) {
            ScalarRows.layerNormBackward(x, gamma, mean, rstd, dy, rows, n, dx, addX);
        }
    }

    @Override
    public void residualLayerNorm(float[] x, float[] branch, float p, long key, float[] gamma, float[] beta,
                                  int rows, int n, float eps, float[] sum, float[] out, float[] mean, float[] rstd) {
        ScalarElements.scale(1, x, sum, false, rows * n);
        if (p > 0) {
            ScalarElements.dropout(branch, p, key, sum, true, rows * n);
        } else {
            ScalarElements.scale(1, branch, sum, true, rows * n);
        }
        ScalarRows.layerNorm(sum, gamma, beta, rows, n, eps, out, mean, rstd);
    }

    @Override
    public void gatherRows(float[] table, int n, int[] ids, int count, float[] out) {
        ScalarAxis.gatherRows(table, n, ids, count, out);
    }

    @Override
    public void scatterAddRows(float[] dy, int[] ids, int count, int n, int tableRows, float[] dTable, boolean add) {
        ScalarAxis.scatterAddRows(dy, ids, count, n, tableRows, dTable, add);
    }

    @Override
    public void gemm(boolean transA, boolean transB, int m, int n, int k, float[] a, int aOffset, float[] b, int bOffset,
                     float[] c, int cOffset, boolean add, Epilogue epilogue) {
        ScalarMatrix.gemm(transA, transB, m, n, k, a, aOffset, b, bOffset, c, cOffset, add, epilogue);
    }

    @Override
    public void attention(AttentionShape shape, float[] qkv, float p, long key, float[] out, float[] logSumExp) {
        new ScalarAttention(shape, qkv, p, key).forward(out, logSumExp);
    }

    @Override
    public void attentionBackward(AttentionShape shape, float[] qkv, float p, long key, float[] out, float[] logSumExp,
                                  float[] dOut, float[] dQkv, boolean add) {
        new ScalarAttention(shape, qkv, p, key).backward(out, logSumExp, dOut, dQkv, add);
    }

    @Override
    public void keepKeysAndValues(CacheShape shape, float[] qkv, int time, int[] first, float[][] keys, float[][] values) {
        for (int b = 0; b < keys.length; b++) {
            for (int head = 0; head < shape.heads(); head++) {
                shape.keep(head, first[b], time, qkv, b * time, keys[b], values[b]);
            }
        }
    }

    @Override
    public void cachedAttention(CacheShape shape, float[] qkv, int[] at, float[][] keys, float[][] values, float[] out) {
        for (int b = 0; b < keys.length; b++) {
            for (int head = 0; head < shape.heads(); head++) {
                int channel = head * shape.headSize();
                ScalarCachedAttention.forward(shape, head, qkv, b * 3 * shape.channels() + channel, at[b] + 1, keys[b], values[b],
                        out, b * shape.channels() + channel);
            }
        }
    }

    @Override
    public void adamW(AdamWStep step, float[] weights, float[] gradient, float[] m, float[] v, int n) {
        ScalarElements.adamW(step, weights, gradient, m, v, n);
    }
}
