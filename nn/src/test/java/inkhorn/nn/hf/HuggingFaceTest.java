package inkhorn.nn.hf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import inkhorn.nn.Activation;
import inkhorn.nn.Bigram;
import inkhorn.nn.Gpt;
import inkhorn.nn.GptConfig;
import inkhorn.nn.LanguageModel;
import inkhorn.nn.Position;
import inkhorn.nn.StateDict;
import inkhorn.nn.config.Records;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class HuggingFaceTest {

    private static final GptConfig SMALL = GptConfig.defaults().withVocabSize(11).withBlockSize(8).withNLayer(2)
            .withNHead(3)
            .withNEmbd(12).withBias(true);

    @ParameterizedTest
    @EnumSource(Activation.class)
    void whatIsWrittenIsReadBack(Activation activation) {
        GptConfig config = GptConfig.defaults().withVocabSize(11).withBlockSize(8).withNLayer(2).withNHead(3)
                .withNEmbd(12).withDropout(0.1).withActivation(activation).withPosition(Position.SINUSOIDAL)
                .withTieWeights(false).withLayerNormEps(1e-6);
        assertThat(read(HuggingFace.config(new Gpt(config)))).isEqualTo(config);
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
        assertThat(HuggingFace.config(new Gpt(config))).containsExactlyEntriesOf(expected);
    }

    @Test
    void absentKeysHaveTheValuesOfGpt2ButForDropout() {
        assertThat(read(sizes())).isEqualTo(
                GptConfig.defaults().withVocabSize(65).withBlockSize(16).withNLayer(2).withNHead(2)
                        .withNEmbd(32).withBias(true).withActivation(Activation.GELU_TANH));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "model_type          | mamba  | model_type must be one of gpt2, llama, qwen3, inkhorn, bigram, found mamba",
        "n_layer             | two    | n_layer must be a whole number, found two",
        "bias                | yes    | bias must be true or false, found yes",
        "activation_function | swish  | activation_function must be one of gelu, gelu_new, relu*, found swish",
        "position            | rotary | position must be one of learned, sinusoidal, rope, alibi, found rotary",
        "n_inner             | wide   | n_inner must be a whole number, found wide",
        "attn_pdrop          | x      | attn_pdrop must be a number, found x"})
    void aKeyThatIsNotComputedIsRefusedByName(String key, String value, String message) {
        Map<String, Object> keys = sizes();
        keys.put(key, value);
        assertThatThrownBy(() -> read(keys)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageMatching(message.replace("*", ".*"));
    }

    @ParameterizedTest
    @CsvSource({"64, 64", "128, 0", "0, 0", ", 0"})
    void aHiddenWidthIsReadAndTheDefaultOneIsZero(Integer written, int read) {
        Map<String, Object> keys = sizes();
        keys.put("n_inner", written);
        GptConfig config = read(keys);
        Map<String, Object> own = HuggingFace.config(new Gpt(config));
        int hidden = read > 0 ? read : 128;
        assertThat(config.nInner()).isEqualTo(read);
        assertThat(own).doesNotContainEntry("n_inner", 0).hasSize(read > 0 ? 17 : 16);
        assertThat(read(own)).isEqualTo(config);
        assertThat(new Gpt(config).namedParameters()).filteredOn(p -> p.name().contains("h.0.mlp.c_"))
                .extracting(p -> p.tensor().shape().toString())
                .containsExactly("(32, " + hidden + ")", "(" + hidden + ",)", "(" + hidden + ", 32)", "(32,)");
    }

    @Test
    void aNegativeHiddenWidthIsRefusedByItsKey() {
        assertThatThrownBy(() -> SMALL.withNInner(-1)).hasMessageContainingAll("n_inner: found -1", ">= 0");
    }

    @Test
    void aMissingSizeIsNamed() {
        Map<String, Object> keys = sizes();
        keys.remove("n_positions");
        assertThatThrownBy(() -> read(keys))
                .hasMessage("n_positions is missing, it must be a whole number");
    }

    @Test
    void dropoutsThatDifferAreRefused() {
        Map<String, Object> keys = sizes();
        keys.put("resid_pdrop", 0.1);
        keys.put("embd_pdrop", 0.2);
        keys.put("attn_pdrop", 0.1);
        assertThatThrownBy(() -> read(keys))
                .hasMessage("embd_pdrop must equal resid_pdrop, found 0.2 and 0.1: this model has one dropout");
    }

    @Test
    void aModelIsMadeAgainFromItsOwnKeys() {
        LanguageModel gpt = HuggingFace.model(HuggingFace.config(new Gpt(SMALL)));
        LanguageModel bigram = HuggingFace.model(HuggingFace.config(new Bigram(65, 16)));
        assertThat(((Gpt) gpt).gptConfig()).isEqualTo(SMALL);
        assertThat(bigram).isInstanceOf(Bigram.class);
        assertThat(List.of(bigram.vocabSize(), bigram.blockSize())).containsExactly(65, 16);
    }

    @Test
    void everyComponentOfAnArchitectureIsReadBackAndWhatGpt2LacksIsNotCalledGpt2() {
        Set<String> gpt2 = Set.of("dropout", "bias", "activation", "position", "tieWeights", "layerNormEps", "nInner",
                "ropeBase", "ropePartial", "headInitStd", "dropPath");
        GptConfig other = SMALL.withDropout(0.25).withDropPath(0.3)
                .withBias(false).withTieWeights(false).withLayerNormEps(1e-6)
                .withNInner(7).withRopeBase(500).withRopePartial(0.5)
                .withQkNorm(true).withLogitSoftcap(30).withNKvHead(1).withHeadInitStd(0.5)
                .withValueResidual(true);
        Records.values(other).forEach((component, number) -> {
            Object[] choices = number instanceof Enum<?> word ? word.getDeclaringClass().getEnumConstants()
                    : new Object[] {number};
            for (Object value : choices) {
                Map<String, Object> values = Records.values(SMALL);
                boolean isGpt2 = value.equals(values.put(component, value))
                        || gpt2.contains(component) && !(value instanceof Position position && !position.isTable());
                GptConfig config = Records.make(GptConfig.class, values.values().toArray());
                Map<String, Object> keys = HuggingFace.config(new Gpt(config));
                assertThat(read(keys)).as(component).isEqualTo(config);
                assertThat(keys.get("model_type")).as("%s %s", component, value).isEqualTo(isGpt2 ? "gpt2" : "inkhorn");
                assertThat(keys.containsKey("architectures")).isEqualTo(isGpt2);
            }
        });
    }

    @Test
    void namesWithoutThePrefixOfGpt2AndItsMasksAreUnderstood() {
        Gpt gpt = new Gpt(SMALL);
        Map<String, Integer> file = new LinkedHashMap<>();
        int index = 0;
        for (String name : StateDict.of(gpt).keySet()) {
            file.put(name.replaceFirst("^transformer\\.", ""), index++);
        }
        file.put("h.1.attn.masked_bias", -1);
        file.put("transformer.h.0.attn.bias", -1);
        file.put("extra", index);
        Map<String, Integer> own = HuggingFace.named(HuggingFace.config(gpt), gpt, file);
        assertThat(own.keySet()).containsAll(StateDict.of(gpt).keySet()).contains("extra").hasSize(index + 1);
        assertThat(own).doesNotContainValue(-1).containsEntry("transformer.wte.weight", 0);
    }

    private static GptConfig read(Map<String, Object> keys) {
        return ((Gpt) HuggingFace.model(keys)).gptConfig();
    }

    private static Map<String, Object> sizes() {
        return new HashMap<>(Map.of("vocab_size", 65, "n_positions", 16, "n_layer", 2, "n_head", 2, "n_embd", 32));
    }
}
