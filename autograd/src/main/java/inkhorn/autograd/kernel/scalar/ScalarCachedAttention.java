package inkhorn.autograd.kernel.scalar;

import inkhorn.autograd.kernel.AttentionShape;
import inkhorn.autograd.kernel.CacheShape;
import java.util.Arrays;

/** One query over kept keys and values, in plain loops; sums as in {@link ScalarAttention}. */
final class ScalarCachedAttention {

    private ScalarCachedAttention() {
    }

    static void forward(CacheShape shape, int head, float[] qkv, int query, int length, float[] keys, float[] values,
                        float[] out, int outAt) {
        double[] weights = softmax(shape, head, qkv, query, length, keys);
        Arrays.fill(out, outAt, outAt + shape.headSize(), 0);
        for (int t = 0; t < length; t++) {
            float weight = (float) weights[t];
            int value = shape.valueAt(head, t);
            for (int d = 0; d < shape.headSize(); d++) {
                out[outAt + d] += weight * values[value + d];
            }
        }
    }

    private static double[] softmax(CacheShape shape, int head, float[] qkv, int query, int length, float[] keys) {
        float scale = new AttentionShape(1, 1, shape.heads(), shape.headSize()).scale();
        double[] weights = new double[length];
        double largest = Double.NEGATIVE_INFINITY;
        for (int t = 0; t < length; t++) {
            double dot = 0;
            for (int d = 0; d < shape.headSize(); d++) {
                dot += (double) qkv[query + d] * keys[shape.keyAt(head, d, t)];
            }
            weights[t] = scale * dot;
            largest = Math.max(largest, weights[t]);
        }
        double sum = 0;
        for (int t = 0; t < length; t++) {
            sum += Math.exp(weights[t] - largest);
        }
        double logSum = largest + Math.log(sum);
        for (int t = 0; t < length; t++) {
            weights[t] = Math.exp(weights[t] - logSum);
        }
        return weights;
    }
}
