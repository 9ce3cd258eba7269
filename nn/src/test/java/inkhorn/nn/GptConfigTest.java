package inkhorn.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GptConfigTest {

    @ParameterizedTest
    @CsvSource({"true, LEARNED, true", "false, SINUSOIDAL, true", "true, LEARNED, false", "false, LEARNED, false"})
    void parametersAreCountedWithoutMakingThem(boolean bias, Position position, boolean tied) {
        GptConfig config = new GptConfig(13, 8, 3, 2, 6, 0, bias, Activation.GELU, position, tied, 1e-5);
        assertThat(config.parameterCount()).isEqualTo(new Gpt(config).parameterCount());
    }

    @Test
    void channelsMustDivideByTheHeads() {
        assertThatThrownBy(() -> config(8, 3, 10, 0.1)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("model: n_embd must be a multiple of n_head, found 10 and 3");
    }

    @Test
    void allThatIsWrongIsSaidAtOnce() {
        assertThatThrownBy(() -> config(0, 2, 10, 1)).hasMessage(
                "model: block_size must be at least 1, found 0; dropout must be at least 0 and below 1, found 1.0");
    }

    @Test
    void dropoutThatIsNotANumberIsRefused() {
        assertThatThrownBy(() -> config(8, 2, 10, Double.NaN)).hasMessageContaining("dropout");
    }

    private static GptConfig config(int block, int heads, int channels, double dropout) {
        return new GptConfig(11, block, 2, heads, channels, dropout, true, Activation.GELU, Position.LEARNED, true, 1e-5);
    }
}
