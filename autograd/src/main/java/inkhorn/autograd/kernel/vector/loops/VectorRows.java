package inkhorn.autograd.kernel.vector.loops;

import static inkhorn.autograd.kernel.vector.loops.VectorMath.S;
import static inkhorn.autograd.kernel.vector.loops.VectorMath.W;
import static inkhorn.autograd.kernel.vector.loops.VectorMath.load;
import static inkhorn.autograd.kernel.vector.loops.VectorMath.store;

import inkhorn.autograd.kernel.CrossEntropyRows;
import inkhorn.autograd.kernel.RowNorm;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** Softmax, cross-entropy and normalisation of one row each. */
public final class VectorRows {
    private static final int REST = 10;

    private VectorRows() {}

    public static float max(float[] x, int at, int n) {
        FloatVector largest = FloatVector.broadcast(S, Float.NEGATIVE_INFINITY);
        int i = 0;
        for (; i + W <= n; i += W) {
            largest = largest.max(load(x, at + i));
        }
        float result = largest.reduceLanes(VectorOperators.MAX);
        for (; i < n; i++) {
            result = Math.max(result, x[at + i]);
        }
        return result;
    }

    /** {@code out = exp(x - max)}; returns the sum. */
    public static double expShifted(float[] x, int at, int n, float max, float[] out) {
        int whole = n - n % W;
        double total = expShiftedWhole(x, at, whole, max, out, at);
        if (whole < n) {
            float[] rest = Scratch.ofThread().array(REST, W);
            System.arraycopy(x, at + whole, rest, 0, n - whole);
            Arrays.fill(rest, n - whole, W, Float.NEGATIVE_INFINITY);
            total += expShiftedWhole(rest, 0, W, max, rest, 0);
            System.arraycopy(rest, 0, out, at + whole, n - whole);
        }
        return total;
    }

    private static double expShiftedWhole(float[] x, int at, int n, float max, float[] out, int to) {
        FloatVector sum = FloatVector.zero(S);
        for (int i = 0; i < n; i += W) {
            FloatVector e = VectorMath.exp(FloatVector.fromArray(S, x, at + i).sub(max));
            e.intoArray(out, to + i);
            sum = sum.add(e);
        }
        return VectorMath.laneSum(sum);
    }

    /**
     * {@code x = exp(scale·(x - the largest))} for the first n of x, n a multiple of the vector's length; below -87.3
     * it is 0.
     */
    public static void expScaled(float[] x, int n, float scale) {
        float max = max(x, 0, n);
        for (int i = 0; i < n; i += W) {
            VectorMath.expToZero(FloatVector.fromArray(S, x, i).sub(max).mul(scale)).intoArray(x, i);
        }
    }

    public static void softmax(float[] x, int at, int n, float[] out) {
        double sum = expShifted(x, at, n, max(x, at, n), out);
        scale(out, at, n, (float) (1 / sum));
    }

    public static void logSoftmax(float[] x, int at, int n, float[] out, float[] work) {
        float max = max(x, at, n);
        System.arraycopy(x, at, work, 0, n);
        float shift = (float) (max + StrictMath.log(expShifted(work, 0, n, max, work)));
        int i = 0;
        for (; i + W <= n; i += W) {
            load(x, at + i).sub(shift).intoArray(out, at + i);
        }
        for (; i < n; i++) {
            out[at + i] = x[at + i] - shift;
        }
    }

    public static void scale(float[] x, int at, int n, float factor) {
        int i = 0;
        for (; i + W <= n; i += W) {
            load(x, at + i).mul(factor).intoArray(x, at + i);
        }
        for (; i < n; i++) {
            x[at + i] *= factor;
        }
    }

    public static double dot(float[] a, int aAt, float[] b, int bAt, int n) {
        FloatVector sum = FloatVector.zero(S);
        int i = 0;
        for (; i + W <= n; i += W) {
            sum = load(a, aAt + i).fma(load(b, bAt + i), sum);
        }
        double total = VectorMath.laneSum(sum);
        for (; i < n; i++) {
            total += (double) a[aAt + i] * b[bAt + i];
        }
        return total;
    }

    public static double sum(float[] x, int at, int n) {
        FloatVector sum = FloatVector.zero(S);
        int i = 0;
        for (; i + W <= n; i += W) {
            sum = sum.add(load(x, at + i));
        }
        double total = VectorMath.laneSum(sum);
        for (; i < n; i++) {
            total += x[at + i];
        }
        return total;
    }

    public static void softmaxBackward(float[] y, float[] dy, int at, int n, float[] dx, boolean add) {
        float dot = (float) dot(y, at, dy, at, n);
        int i = at;
        for (; i + W <= at + n; i += W) {
            store(load(dy, i).sub(dot).mul(load(y, i)), dx, i, add);
        }
        for (; i < at + n; i++) {
            float d = (dy[i] - dot) * y[i];
            dx[i] = add ? d + dx[i] : d;
        }
    }

    public static void logSoftmaxBackward(float[] y, float[] dy, int at, int n, float[] dx, boolean add) {
        FloatVector total = FloatVector.broadcast(S, (float) -sum(dy, at, n));
        int whole = n - n % W;
        for (int i = at; i < at + whole; i += W) {
            store(VectorMath.exp(load(y, i)).fma(total, load(dy, i)), dx, i, add);
        }
        float rest = total.lane(0);
        for (int i = at + whole; i < at + n; i++) {
            float d = Math.fma((float) StrictMath.exp(y[i]), rest, dy[i]);
            dx[i] = add ? d + dx[i] : d;
        }
    }

    /** The loss of a row that counts; turns logits into their gradient. */
    public static void crossEntropy(float[] logits, int at, int n, CrossEntropyRows rows, int row, float[] out) {
        int target = rows.targets()[row];
        float max = max(logits, at, n);
        float ofTarget = logits[at + target];
        double total = rows.spread() == 0 ? 0 : sum(logits, at, n);
        double sum = expShifted(logits, at, n, max, out);
        gradientOfShifted(out, at, n, at + target, max, sum, rows);
        double logSum = StrictMath.log(sum);
        rows.losses()[row] = rows.isPlain() ? logSum - (double) (ofTarget - max)
                : rows.loss(max + logSum, ofTarget, total);
        if (rows.sums() != null) {
            rows.largest()[row] = max;
            rows.sums()[row] = sum;
        }
    }

    /** Turns n of a row's logits, from column {@code first} on, into what {@link #crossEntropy} makes of them. */
    public static void crossEntropyGradient(float[] logits, int at, int n, CrossEntropyRows rows, int row, int first) {
        int target = rows.targets()[row];
        if (target < 0) {
            Arrays.fill(logits, at, at + n, 0);
            return;
        }
        float max = rows.largest()[row];
        expShifted(logits, at, n, max, logits);
        boolean isHere = target >= first && target < first + n;
        gradientOfShifted(logits, at, n, isHere ? at + target - first : -1, max, rows.sums()[row], rows);
    }

    /** Turns exp(logit - max), whose sum over the whole row is given, into the gradient. */
    private static void gradientOfShifted(float[] x, int at, int n, int targetAt, float max, double sum,
                                          CrossEntropyRows rows) {
        float weight = 1f / rows.counted();
        if (rows.isPlain()) {
            scale(x, at, n, (float) (weight / sum));
        } else {
            double factor = weight * rows.ofSoftmax(max + StrictMath.log(sum));
            scaleAndAdd(x, at, n, (float) (factor / sum), (float) (-weight * rows.spread()));
        }
        if (targetAt >= 0) {
            x[targetAt] -= rows.isPlain() ? weight : (float) (weight * rows.hit());
        }
    }

    private static void scaleAndAdd(float[] x, int at, int n, float factor, float term) {
        int i = 0;
        for (; i + W <= n; i += W) {
            load(x, at + i).mul(factor).add(term).intoArray(x, at + i);
        }
        for (; i < n; i++) {
            x[at + i] = x[at + i] * factor + term;
        }
    }

    /** Normalises a row and keeps its statistics at index {@code row}. */
    public static void normalize(RowNorm norm, float[] x, float[] gamma, float[] beta, int at, int n, float eps,
                                 float[] out, float[] mean, float[] rstd, int row) {
        float average = norm.isCentred() ? (float) (sum(x, at, n) / n) : 0;
        float scale = (float) (1 / Math.sqrt(sumOfSquaredDistances(x, at, n, average) / n + eps));
        mean[row] = average;
        rstd[row] = scale;
        int i = 0;
        if (beta == null) {
            for (; i + W <= n; i += W) {
                load(x, at + i).sub(average).mul(scale).mul(load(gamma, i)).intoArray(out, at + i);
            }
        } else {
            for (; i + W <= n; i += W) {
                load(x, at + i).sub(average).mul(scale).fma(load(gamma, i), load(beta, i)).intoArray(out, at + i);
            }
        }
        for (; i < n; i++) {
            float shift = beta == null ? 0 : beta[i];
            out[at + i] = Math.fma((x[at + i] - average) * scale, gamma[i], shift);
        }
    }

    private static double sumOfSquaredDistances(float[] x, int at, int n, float from) {
        FloatVector sum = FloatVector.zero(S);
        int i = 0;
        for (; i + W <= n; i += W) {
            FloatVector d = load(x, at + i).sub(from);
            sum = d.fma(d, sum);
        }
        double total = VectorMath.laneSum(sum);
        for (; i < n; i++) {
            double d = x[at + i] - from;
            total += d * d;
        }
        return total;
    }

    /** {@code dx = rstd · (g - mean(g) - x̂ · mean(g·x̂))} with g = dy·gamma; mean(g) only where x was centred. */
    public static void normalizeBackward(RowNorm norm, float[] x, float[] gamma, float mean, float rstd, float[] dy,
                                         int at, int n, float[] dx, boolean add) {
        FloatVector sumG = FloatVector.zero(S);
        FloatVector sumGx = FloatVector.zero(S);
        int i = 0;
        for (; i + W <= n; i += W) {
            FloatVector g = load(dy, at + i).mul(load(gamma, i));
            sumG = sumG.add(g);
            sumGx = g.fma(load(x, at + i).sub(mean).mul(rstd), sumGx);
        }
        double totalG = VectorMath.laneSum(sumG);
        double totalGx = VectorMath.laneSum(sumGx);
        for (; i < n; i++) {
            float g = dy[at + i] * gamma[i];
            totalG += g;
            totalGx += g * ((x[at + i] - mean) * rstd);
        }
        float meanG = norm.isCentred() ? (float) (totalG / n) : 0;
        float meanGx = (float) (totalGx / n);
        for (i = 0; i + W <= n; i += W) {
            FloatVector hat = load(x, at + i).sub(mean).mul(rstd);
            FloatVector g = load(dy, at + i).mul(load(gamma, i));
            store(g.sub(meanG).sub(hat.mul(meanGx)).mul(rstd), dx, at + i, add);
        }
        for (; i < n; i++) {
            float hat = (x[at + i] - mean) * rstd;
            float d = (dy[at + i] * gamma[i] - meanG - hat * meanGx) * rstd;
            dx[at + i] = add ? d + dx[at + i] : d;
        }
    }

    /** Adds a row's share to the gradients of gamma and beta. */
    public static void addToGammaBeta(float[] x, float mean, float rstd, float[] dy, int at, int n, float[] sums,
                               int gammaAt, int betaAt) {
        int i = 0;
        for (; i + W <= n; i += W) {
            FloatVector d = load(dy, at + i);
            FloatVector hat = load(x, at + i).sub(mean).mul(rstd);
            d.fma(hat, load(sums, gammaAt + i)).intoArray(sums, gammaAt + i);
            d.add(load(sums, betaAt + i)).intoArray(sums, betaAt + i);
        }
        for (; i < n; i++) {
            sums[gammaAt + i] = Math.fma(dy[at + i], (x[at + i] - mean) * rstd, sums[gammaAt + i]);
            sums[betaAt + i] += dy[at + i];
        }
    }
}
