package inkhorn.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class HuggingFaceConfigTest {

    @ParameterizedTest
    @EnumSource(Activation.class)
    void whatIsWrittenIsReadBack(Activation activation) {
        GptConfig config = GptConfig.defaults().withVocabSize(11).withBlockSize(8).withNLayer(2).withNHead(3)
                .withNEmbd(12).withDropout(0.1).withActivation(activation).withPosition(Position.SINUSOIDAL)
                .withTieWeights(false).withLayerNormEps(1e-6);
        assertThat(HuggingFaceConfig.read(HuggingFaceConfig.write(config))).isEqualTo(config);
    }

    @Test
    void keysAreThoseOfTransformers() {
        GptConfig config = GptConfig.defaults().withVocabSize(65).withBlockSize(16).withNLayer(2).withNHead(3)
                .withNEmbd(12).withDropout(0.1).withBias(true).withActivation(Activation.GELU_TANH);
        Map<String, Object> expected = new LinkedHashMap<>();
        expected.put("model_type", "gpt2");
        expected.put("architectures", List.of("GPT2LMHeadModel"));
        expected.put("vocab_size", 65);
        expected.put("n_positions", 16);
        expected.put("n_ctx", 16);
        expected.put("n_layer", 2);
        expected.put("n_head", 3);
        expected.put("n_embd", 12);
        expected.put("activation_function", "gelu_new");
        expected.put("layer_norm_epsilon", 1e-5);
        expected.put("resid_pdrop", 0.1);
        expected.put("embd_pdrop", 0.1);
        expected.put("attn_pdrop", 0.1);
        expected.put("tie_word_embeddings", true);
        expected.put("bias", true);
        expected.put("position", "learned");
        assertThat(HuggingFaceConfig.write(config)).containsExactlyEntriesOf(expected);
    }

    @Test
    void absentKeysHaveTheValuesOfGpt2ButForDropout() {
        assertThat(HuggingFaceConfig.read(sizes())).isEqualTo(
                GptConfig.defaults().withVocabSize(65).withBlockSize(16).withNLayer(2).withNHead(2)
                        .withNEmbd(32).withBias(true).withActivation(Activation.GELU_TANH));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "model_type          | llama  | model_type must be gpt2, found llama",
        "n_layer             | two    | n_layer must be a whole number, found two",
        "bias                | yes    | bias must be true or false, found yes",
        "activation_function | swish  | activation_function must be one of gelu, gelu_new, relu, found swish",
        "position            | rotary | position must be one of learned, sinusoidal, found rotary",
        "n_inner             | 64     | n_inner must be 128, found 64",
        "attn_pdrop          | x      | attn_pdrop must be a number, found x"})
    void aKeyThatIsNotComputedIsRefusedByName(String key, String value, String message) {
        Map<String, Object> keys = sizes();
        keys.put(key, value);
        assertThatThrownBy(() -> HuggingFaceConfig.read(keys)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    @Test
    void aMissingSizeIsNamed() {
        Map<String, Object> keys = sizes();
        keys.remove("n_positions");
        assertThatThrownBy(() -> HuggingFaceConfig.read(keys))
                .hasMessage("n_positions is missing, it must be a whole number");
    }

    @Test
    void dropoutsThatDifferAreRefused() {
        Map<String, Object> keys = sizes();
        keys.put("resid_pdrop", 0.1);
        keys.put("embd_pdrop", 0.2);
        keys.put("attn_pdrop", 0.1);
        assertThatThrownBy(() -> HuggingFaceConfig.read(keys))
                .hasMessage("embd_pdrop must equal resid_pdrop, found 0.2 and 0.1: this model has one dropout");
    }

    @Test
    void aModelIsMadeAgainFromItsOwnKeys() {
        LanguageModel gpt = LanguageModels.of(new Gpt(Fixtures.config()).config());
        LanguageModel bigram = LanguageModels.of(new Bigram(65, 16).config());
        assertThat(((Gpt) gpt).gptConfig()).isEqualTo(Fixtures.config());
        assertThat(bigram).isInstanceOf(Bigram.class);
        assertThat(List.of(bigram.vocabSize(), bigram.blockSize())).containsExactly(65, 16);
    }

    private static Map<String, Object> sizes() {
        return new HashMap<>(Map.of("vocab_size", 65, "n_positions", 16, "n_layer", 2, "n_head", 2, "n_embd", 32));
    }
}
