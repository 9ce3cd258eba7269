package inkhorn.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import inkhorn.nn.config.InvalidConfigException;
import inkhorn.nn.config.Records;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GptConfigTest {

    @Test
    void channelsMustDivideByTheHeads() {
        assertThatThrownBy(() -> GptConfig.defaults().withNHead(3).withNEmbd(10))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("n_embd: found 10", "3 heads", "use 9");
    }

    @Test
    void allThatIsWrongIsSaidAtOnceWithItsKey() {
        assertThatExceptionOfType(InvalidConfigException.class)
                .isThrownBy(() -> {
                    Map<String, Object> values = Records.values(GptConfig.defaults());
                    values.putAll(Map.of("blockSize", 0, "dropout", 1.0));
                    Records.make(GptConfig.class, values.values().toArray());
                })
                .satisfies(e -> assertThat(e.problems()).extracting(InvalidConfigException.Problem::key)
                        .containsExactly("block_size", "dropout"))
                .withMessageContainingAll("found 0, expected a whole number >= 1",
                        "found 1.0, expected a number >= 0 and < 1");
    }

    @Test
    void dropoutThatIsNotANumberIsRefused() {
        assertThatThrownBy(() -> GptConfig.defaults().withDropout(Double.NaN)).hasMessageContaining("dropout");
    }

    @Test
    void aModelNeedsAVocabulary() {
        assertThatThrownBy(() -> new Gpt(GptConfig.defaults()))
                .hasMessageContaining("vocab_size must be at least 1, found 0");
    }

    @Test
    void aCopyDiffersInOneComponentOnly() {
        GptConfig config = GptConfig.defaults();
        assertThat(config.withBlockSize(8)).isNotEqualTo(config);
        assertThat(config.withBlockSize(8).withBlockSize(config.blockSize())).isEqualTo(config);
    }
}
