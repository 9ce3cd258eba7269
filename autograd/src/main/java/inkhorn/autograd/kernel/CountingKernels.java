package inkhorn.autograd.kernel;

import java.util.function.IntConsumer;

/**
 * Kernels that touch no array and count the floating-point operations they would take. The convention is that of
 * nanoGPT and of PaLM (Chowdhery et al. 2022, appendix B): 2mnk for a matrix product; for attention 4·B·H·T²·D forward
 * and twice that backward, the whole square as if nothing were masked; 0 for all else.
 */
public final class CountingKernels implements Kernels {
    private long flops;

    /** Operations so far. */
    public long flops() {
        return flops;
    }

    @Override
    public void gemm(boolean transA, boolean transB, int m, int n, int k, float[] a, int aOffset, float[] b,
                     int bOffset, float[] c, int cOffset, boolean add, Epilogue epilogue) {
        flops += 2L * m * n * k;
    }

    private static long attention(AttentionShape shape) {
        return 4L * shape.batch() * shape.time() * shape.time() * shape.channels();
    }

    @Override
    public void attention(AttentionShape shape, HeadRows q, HeadRows k, HeadRows v, float p, long key, float[] out,
                          float[] logSumExp) {
        flops += attention(shape);
    }

    @Override
    public void attentionBackward(AttentionShape shape, HeadRows q, HeadRows k, HeadRows v, float p, long key,
                                  float[] out, float[] logSumExp, float[] dOut, HeadRows dQ, boolean addQ,
                                  HeadRows dK, boolean addK, HeadRows dV, boolean addV) {
        flops += 2 * attention(shape);
    }

    @Override
    public void cachedAttention(CacheShape shape, HeadRows q, HeadRows k, HeadRows v, int[] at, float[][] keys,
                                float[][] values, float[] out) {
        for (int position : at) {
            flops += 4L * (position + 1) * shape.channels();
        }
    }

    @Override
    public String description() {
        return "counting, shapes alone";
    }

    @Override
    public int threads() {
        return 1;
    }

    @Override
    public void close() {}

    @Override
    public void fill(float[] out, float value, int n) {}

    @Override
    public void scale(float factor, float[] x, float[] out, boolean add, int n) {}

    @Override
    public void unary(Unary f, float p, float[] x, float[] out, int n) {}

    @Override
    public void unaryBackward(Unary f, float p, float[] x, float[] y, float[] dy, float[] dx, boolean add, int n) {}

    @Override
    public void binary(Binary f, Broadcast plan, float[] a, float[] b, float[] out) {}

    @Override
    public void copy(StridedCopy plan, float[] from, float[] to, boolean add) {}

    @Override
    public void dropout(float[] x, float p, long key, float[] out, boolean add, int n) {}

    @Override
    public void sum(float[] x, int outer, int n, int inner, float factor, float[] out, boolean add) {}

    @Override
    public void max(float[] x, int outer, int n, int inner, float[] out, int[] where) {}

    @Override
    public void maxBackward(float[] dy, int[] where, int outer, int n, int inner, float[] dx, boolean add) {}

    @Override
    public void sumsOfSquares(float[] x, int from, int n, double[] sums) {}

    @Override
    public void softmax(float[] x, int rows, int n, float[] out) {}

    @Override
    public void softmaxBackward(float[] y, float[] dy, int rows, int n, float[] dx, boolean add) {}

    @Override
    public void logSoftmax(float[] x, int rows, int n, float[] out) {}

    @Override
    public void logSoftmaxBackward(float[] y, float[] dy, int rows, int n, float[] dx, boolean add) {}

    @Override
    public void crossEntropy(float[] logits, CrossEntropyRows rows, int n, float[] gradient) {
    }

    @Override
    public void crossEntropyGradient(float[] logits, CrossEntropyRows rows, int n, int first) {
    }

    @Override
    public void normalize(RowNorm norm, float[] x, float[] gamma, float[] beta, int rows, int n, float eps,
                          float[] out, float[] mean, float[] rstd) {}

    @Override
    public void normalizeBackward(RowNorm norm, float[] x, float[] gamma, float[] mean, float[] rstd, float[] dy,
                                  int rows, int n, float[] dx, boolean addX, float[] dGamma, boolean addGamma,
                                  float[] dBeta, boolean addBeta) {}

    @Override
    public void residualNormalize(RowNorm norm, float[] x, float[] branch, float p, long key, float[] gamma,
                                  float[] beta, int rows, int n, float eps, float[] sum, float[] out, float[] mean,
                                  float[] rstd) {}

    @Override
    public void gatherRows(float[] table, int n, int[] ids, int count, float[] out) {}

    @Override
    public void scatterAddRows(float[] dy, int[] ids, int count, int n, int tableRows, float[] dTable, boolean add) {}

    @Override
    public void keepKeysAndValues(CacheShape shape, HeadRows k, HeadRows v, int time, int[] first, float[][] keys,
                                  float[][] values) {}

    @Override
    public void rotate(RotaryShape shape, float[] x, float[] turns, int[] positions, boolean back, float[] out,
                       boolean add) {}

    @Override
    public void adamW(AdamWStep step, float[] weights, float[] gradient, int at, float[] m, float[] v, int n) {}

    @Override
    public void forEachRange(int n, RangeLoop loop) {}

    @Override
    public void forEach(int count, IntConsumer task) {}
}
