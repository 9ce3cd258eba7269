package inkhorn.autograd.kernel.scalar;

import inkhorn.autograd.kernel.CacheKernels;
import inkhorn.autograd.kernel.CacheShape;
import inkhorn.autograd.kernel.HeadRows;
import java.util.Arrays;

/** The scalar attention of one query over kept keys and values; sums as in {@link ScalarAttention}. */
interface ScalarCache extends CacheKernels {
    @Override
    default void keepKeysAndValues(CacheShape shape, HeadRows k, HeadRows v, int time, int[] first, float[][] keys,
                                   float[][] values) {
        for (int b = 0; b < keys.length; b++) {
            for (int head = 0; head < shape.keyHeads(); head++) {
                shape.keep(head, first[b], time, k, v, b * time, keys[b], values[b]);
            }
        }
    }

    @Override
    default void cachedAttention(CacheShape shape, HeadRows q, HeadRows k, HeadRows v, int[] at, float[][] keys,
                                 float[][] values, float[] out) {
        keepKeysAndValues(shape, k, v, 1, at, keys, values);
        for (int b = 0; b < keys.length; b++) {
            for (int head = 0; head < shape.heads(); head++) {
                attend(shape, head, q.array(), q.at(b, head, shape.headSize()), at[b] + 1, keys[b], values[b], out,
                        b * shape.channels() + head * shape.headSize());
            }
        }
    }

    private static void attend(CacheShape shape, int head, float[] q, int query, int length, float[] keys,
                               float[] values, float[] out, int outAt) {
        int keyHead = shape.keyHead(head);
        double[] weights = new double[length];
        for (int t = 0; t < length; t++) {
            double dot = 0;
            for (int d = 0; d < shape.headSize(); d++) {
                dot += (double) q[query + d] * keys[shape.keyAt(keyHead, d, t)];
            }
            double scaled = shape.scale() * dot;
            weights[t] = shape.alibi() ? scaled - shape.slope(head) * (length - 1 - t) : scaled;
        }
        ScalarAttention.Queries.softmax(weights, length);
        Arrays.fill(out, outAt, outAt + shape.headSize(), 0);
        for (int t = 0; t < length; t++) {
            float weight = (float) weights[t];
            int value = shape.valueAt(keyHead, t);
            for (int d = 0; d < shape.headSize(); d++) {
                out[outAt + d] += weight * values[value + d];
            }
        }
    }
}
