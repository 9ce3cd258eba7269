package inkhorn.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class SinusoidsTest {

    @Test
    void evenChannelsAreSinesAndOddOnesCosinesOfFallingFrequency() {
        int channels = 7;
        float[] table = Sinusoids.table(5, channels).data();
        float root = (float) Math.sqrt(channels);
        double frequency = Math.pow(10_000, -4.0 / channels);
        assertThat(table[3 * channels + 4] * root).isCloseTo((float) Math.sin(3 * frequency), within(1e-6f));
        assertThat(table[3 * channels + 5] * root).isCloseTo((float) Math.cos(3 * frequency), within(1e-6f));
    }

    @Test
    void theFirstPositionIsZeroAndOneInTurn() {
        assertThat(Sinusoids.table(1, 4).data()).containsExactly(0, 0.5f, 0, 0.5f);
    }
}
