package inkhorn.autograd.kernel;

import static inkhorn.autograd.kernel.Samples.normal;
import static inkhorn.autograd.kernel.Samples.unclean;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Writing token by token: what is computed for one row alone has the bits that it has among many. */
public interface CacheKernelsContract {

    Kernels kernels();

    @ParameterizedTest
    @CsvSource({"1,1,1,1", "7,1,1,3", "33,3,3,13", "70,2,2,64", "130,4,4,48", "40,1,1,500", "17,1,1,801", "33,6,2,13",
        "50,4,1,32"})
    default void aQueryOverKeptKeysHasTheBitsOfAttention(int time, int heads, int keyHeads, int headSize) {
        aQueryOverKeptKeysHasTheBitsOfAttention(time, heads, keyHeads, headSize, false);
        aQueryOverKeptKeysHasTheBitsOfAttention(time, heads, keyHeads, headSize, true);
    }

    /** Several sequences: so few that their heads are dealt out, and more. */
    private void aQueryOverKeptKeysHasTheBitsOfAttention(int time, int heads, int keyHeads, int headSize,
                                                         boolean alibi) {
        for (int batch : new int[] {2, 9}) {
            int channels = heads * headSize;
            AttentionShape all = new AttentionShape(batch, time, heads, keyHeads, headSize, alibi);
            AttentionKernelsContract.Packed packed = AttentionKernelsContract.Packed.normal(1, all, 0);
            float[] expected = new float[batch * time * channels];
            packed.attention(kernels(), 0, expected, new float[batch * heads * time]);

            CacheShape shape = new CacheShape(time + 3, heads, keyHeads, headSize, alibi);
            float[][] keys = new float[batch][];
            float[][] values = new float[batch][];
            HeadRows q = packed.q(packed.array());
            HeadRows k = packed.k(packed.array());
            HeadRows v = packed.v(packed.array());
            int prompt = time * 2 / 3;
            for (int b = 0; b < batch; b++) {
                keys[b] = unclean(shape.keysSize());
                values[b] = unclean(shape.valuesSize());
                kernels().keepKeysAndValues(shape, from(k, b * time), from(v, b * time), prompt, new int[] {0},
                        new float[][] {keys[b]}, new float[][] {values[b]});
            }
            for (int t = prompt; t < time; t++) {
                float[] out = unclean(batch * channels);
                int[] at = new int[batch];
                Arrays.fill(at, t);
                kernels().cachedAttention(shape, each(q, t, time), each(k, t, time), each(v, t, time), at, keys, values,
                        out);
                for (int b = 0; b < batch; b++) {
                    int row = (b * time + t) * channels;
                    assertThat(Arrays.copyOfRange(out, b * channels, (b + 1) * channels)).as("query %d", t)
                            .isEqualTo(Arrays.copyOfRange(expected, row, row + channels));
                }
            }
        }
    }

    private static HeadRows from(HeadRows rows, int first) {
        return new HeadRows(rows.array(), rows.offset() + first * rows.step(), rows.step());
    }

    /** The rows of position {@code t} of each sequence. */
    private static HeadRows each(HeadRows rows, int t, int time) {
        return new HeadRows(rows.array(), rows.offset() + t * rows.step(), time * rows.step());
    }

    /**
     * With b stored (n, k) only up to 64 rows: the dot products of a few rows add in another order than the product of
     * many rows.
     */
    @ParameterizedTest
    @CsvSource({"false,1,1", "false,40,7", "false,384,385", "false,1000,390", "false,2100,800", "true,1,1",
        "true,63,20", "true,65,384",
        "true,1003,421"})
    default void rowsOfAProductHaveTheSameBitsHoweverManyThereAre(boolean transB, int n, int k) {
        int most = transB ? 64 : 29;
        float[] a = normal(2, most * k);
        float[] b = normal(3, n * k);
        Epilogue epilogue = new Epilogue(normal(4, n), Unary.GELU, null);
        float[] expected = normal(5, most * n);
        kernels().gemm(false, transB, most, n, k, a, 0, b, 0, expected, 0, true, epilogue);
        for (int rows : new int[] {1, 2, 3, 4, 5, 8, 9, 16, 24}) {
            float[] some = normal(5, most * n);
            kernels().gemm(false, transB, rows, n, k, a, 0, b, 0, some, 0, true, epilogue);
            assertThat(Arrays.copyOf(some, rows * n)).as("%d rows", rows).isEqualTo(Arrays.copyOf(expected, rows * n));
        }
    }
}
