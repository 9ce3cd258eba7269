package inkhorn.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import inkhorn.autograd.Tensor;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class EmbeddingMapTest {

    private static final int ROWS = 300;
    private static final int CHANNELS = 7;

    /** Points that lie along two directions at a right angle, around a mean far from 0: the map must find both. */
    @Test
    void theAxesAreTheDirectionsOfLargestVariance() {
        Random random = new Random(3);
        double[] first = {2 / 3.0, 0, -1 / 3.0, 0, 2 / 3.0, 0, 0};
        double[] second = {0, 0.6, 0, 0, 0, 0.8, 0};
        double[] a = random.doubles(ROWS, -9, 9).toArray();
        double[] b = random.doubles(ROWS, -4, 4).toArray();
        float[] table = new float[ROWS * CHANNELS];
        for (int row = 0; row < ROWS; row++) {
            for (int c = 0; c < CHANNELS; c++) {
                table[row * CHANNELS + c] = (float) (50 + a[row] * first[c] + b[row] * second[c]
                        + 0.001 * random.nextGaussian());
            }
        }
        EmbeddingMap map = EmbeddingMap.of(Tensor.of(table, ROWS, CHANNELS));
        double meanOfA = java.util.Arrays.stream(a).average().orElseThrow();
        double meanOfB = java.util.Arrays.stream(b).average().orElseThrow();
        for (int row = 0; row < ROWS; row++) {
            assertThat(map.x()[row]).isCloseTo((float) (a[row] - meanOfA), within(0.5f));
            assertThat(map.y()[row]).isCloseTo((float) (b[row] - meanOfB), within(0.5f));
        }
        assertThat(map.shares()[0] + map.shares()[1]).isCloseTo(1, within(1e-4));
        assertThat(map.shares()[0]).isGreaterThan(map.shares()[1]);
    }

    @Test
    void oneChannelIsALine() {
        EmbeddingMap map = EmbeddingMap.of(Tensor.of(new float[] {1, 2, 6}, 3, 1));
        assertThat(map.x()).containsExactly(-2, -1, 3);
        assertThat(map.y()).containsOnly(0);
        assertThat(map.shares()).containsExactly(1, 0);
    }

    @Test
    void equalEmbeddingsLieOnOnePoint() {
        EmbeddingMap map = EmbeddingMap.of(Tensor.of(new float[12], 4, 3));
        assertThat(map.x()).containsOnly(0);
        assertThat(map.shares()).containsExactly(0, 0);
    }
}
