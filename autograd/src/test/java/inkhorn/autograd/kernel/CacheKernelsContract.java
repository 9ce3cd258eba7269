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

    private void aQueryOverKeptKeysHasTheBitsOfAttention(int time, int heads, int keyHeads, int headSize,
                                                         boolean alibi) {
        int batch = 2;
        int channels = heads * headSize;
        AttentionShape all = new AttentionShape(batch, time, heads, keyHeads, headSize, alibi);
        AttentionKernelsContract.Packed packed = AttentionKernelsContract.Packed.normal(1, all, 0);
        float[] expected = new float[batch * time * channels];
        packed.attention(kernels(), 0, expected, new float[batch * heads * time]);

        CacheShape shape = new CacheShape(time + 3, heads, keyHeads, headSize, alibi);
        float[][] keys = {unclean(shape.keysSize()), unclean(shape.keysSize())};
        float[][] values = {unclean(shape.valuesSize()), unclean(shape.valuesSize())};
        HeadRows k = packed.k(packed.array());
        HeadRows v = packed.v(packed.array());
        kernels().keepKeysAndValues(shape, k, v, time, new int[] {0, 0}, keys, values);
        HeadRows q = packed.q(packed.array());
        for (int t = 0; t < time; t += 1 + time / 9) {
            float[] out = unclean(batch * channels);
            HeadRows ofTime = new HeadRows(q.array(), q.offset() + t * q.step(), time * q.step());
            kernels().cachedAttention(shape, ofTime, new int[] {t, t}, keys, values, out);
            for (int b = 0; b < batch; b++) {
                int at = (b * time + t) * channels;
                assertThat(Arrays.copyOfRange(out, b * channels, (b + 1) * channels)).as("query %d", t)
                        .isEqualTo(Arrays.copyOfRange(expected, at, at + channels));
            }
        }
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
        for (int rows : new int[] {1, 2, 3, 4, 5, 8, 9, 16}) {
            float[] some = normal(5, most * n);
            kernels().gemm(false, transB, rows, n, k, a, 0, b, 0, some, 0, true, epilogue);
            assertThat(Arrays.copyOf(some, rows * n)).as("%d rows", rows).isEqualTo(Arrays.copyOf(expected, rows * n));
        }
    }
}
