package inkhorn.nn.hf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import inkhorn.autograd.IntTensor;
import inkhorn.autograd.NoGrad;
import inkhorn.autograd.Rng;
import inkhorn.autograd.Tensor;
import inkhorn.autograd.kernel.RowNorm;
import inkhorn.nn.Activation;
import inkhorn.nn.Gpt;
import inkhorn.nn.GptConfig;
import inkhorn.nn.LanguageModel;
import inkhorn.nn.Pass;
import inkhorn.nn.Position;
import inkhorn.nn.StateDict;
import inkhorn.nn.config.Records;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LlamaTest {
    private static final GptConfig LLAMA = GptConfig.defaults().withVocabSize(11).withBlockSize(8).withNLayer(2)
            .withNHead(4).withNEmbd(24).withNInner(10).withNorm(RowNorm.RMSNORM).withActivation(Activation.SWIGLU)
            .withPosition(Position.ROPE);
    private static final GptConfig QWEN3 = LLAMA.withQkNorm(true);

    @ParameterizedTest
    @CsvSource({"false, 4, true, 10000", "true, 4, true, 10000", "true, 2, false, 500", "true, 1, false, 1000000",
        "false, 2, false, 10000"})
    void theFilesHoldWhatTransformersComputesTheSameLogitsFrom(boolean qkNorm, int keyHeads, boolean tied,
            double base) {
        Gpt gpt = filled(LLAMA.withQkNorm(qkNorm).withNKvHead(keyHeads).withTieWeights(tied).withRopeBase(base)
                .withLayerNormEps(1e-3));
        Map<String, float[]> file = new HashMap<>();
        HuggingFace.state(gpt).forEach((name, tensor) -> file.put(name, tensor.data()));
        int[] ids = {3, 1, 4, 1, 5, 9, 2, 6};
        double[][] expected = new PlainLlama(HuggingFace.config(gpt), file).logits(ids);
        try (NoGrad off = NoGrad.open()) {
            float[] logits = gpt.logits(IntTensor.of(ids, 1, 8), Pass.evaluation()).data();
            for (int i = 0; i < logits.length; i++) {
                assertThat((double) logits[i]).as("logit %d", i)
                        .isCloseTo(expected[i / 11][i % 11], Offset.offset(1e-5));
            }
        }
    }

    @Test
    void namesAndShapesAreThoseOfQwen3ForCausalLM() {
        Map<String, String> shapes = new LinkedHashMap<>();
        HuggingFace.shapes(new Gpt(QWEN3.withNKvHead(2).withNLayer(1).withTieWeights(false)))
                .forEach((name, shape) -> shapes.put(name, Arrays.toString(shape)));
        Map<String, String> expected = new LinkedHashMap<>();
        expected.put("model.embed_tokens.weight", "[11, 24]");
        expected.put("model.layers.0.input_layernorm.weight", "[24]");
        expected.put("model.layers.0.self_attn.q_proj.weight", "[24, 24]");
        expected.put("model.layers.0.self_attn.k_proj.weight", "[12, 24]");
        expected.put("model.layers.0.self_attn.v_proj.weight", "[12, 24]");
        expected.put("model.layers.0.self_attn.o_proj.weight", "[24, 24]");
        expected.put("model.layers.0.self_attn.q_norm.weight", "[6]");
        expected.put("model.layers.0.self_attn.k_norm.weight", "[6]");
        expected.put("model.layers.0.post_attention_layernorm.weight", "[24]");
        expected.put("model.layers.0.mlp.gate_proj.weight", "[10, 24]");
        expected.put("model.layers.0.mlp.up_proj.weight", "[10, 24]");
        expected.put("model.layers.0.mlp.down_proj.weight", "[24, 10]");
        expected.put("model.norm.weight", "[24]");
        expected.put("lm_head.weight", "[11, 24]");
        assertThat(shapes).containsExactlyInAnyOrderEntriesOf(expected);
    }

    @Test
    void keysAreThoseOfQwen3Config() {
        Map<String, Object> expected = new LinkedHashMap<>();
        expected.put("model_type", "qwen3");
        expected.put("architectures", List.of("Qwen3ForCausalLM"));
        expected.put("vocab_size", 11);
        expected.put("max_position_embeddings", 8);
        expected.put("num_hidden_layers", 2);
        expected.put("num_attention_heads", 4);
        expected.put("num_key_value_heads", 2);
        expected.put("hidden_size", 24);
        expected.put("head_dim", 6);
        expected.put("intermediate_size", 10);
        expected.put("hidden_act", "silu");
        expected.put("rms_norm_eps", 1e-5);
        expected.put("rope_theta", 10_000.0);
        expected.put("rope_scaling", null);
        expected.put("attention_bias", false);
        expected.put("use_sliding_window", false);
        expected.put("dropout", 0.1);
        expected.put("attention_dropout", 0.1);
        expected.put("tie_word_embeddings", true);
        expected.put("bos_token_id", null);
        expected.put("eos_token_id", null);
        expected.put("drop_path", 0.25);
        assertThat(HuggingFace.config(new Gpt(QWEN3.withNKvHead(2).withDropout(0.1).withDropPath(0.25))))
                .containsExactlyEntriesOf(expected);
    }

    @Test
    void everyComponentIsReadBackAndWhatTheseLackIsNotCalledByTheirNames() {
        Set<String> theirs = Set.of("nLayer", "nKvHead", "nInner", "blockSize", "dropout", "dropPath", "ropeBase",
                "tieWeights", "headInitStd", "layerNormEps");
        GptConfig other = QWEN3.withDropout(0.25).withDropPath(0.3).withBias(true).withTieWeights(false)
                .withLayerNormEps(1e-6).withNInner(7).withRopeBase(500).withRopePartial(0.5).withLogitSoftcap(30)
                .withNKvHead(1).withHeadInitStd(0.5).withValueResidual(true).withNLayer(1).withBlockSize(5);
        Records.values(other).forEach((component, number) -> {
            Object[] choices = number instanceof Enum<?> word ? word.getDeclaringClass().getEnumConstants()
                    : new Object[] {number};
            for (Object value : choices) {
                Map<String, Object> values = Records.values(LLAMA);
                boolean isTheirs = value.equals(values.put(component, value)) || theirs.contains(component);
                Gpt gpt = new Gpt(Records.make(GptConfig.class, values.values().toArray()));
                Map<String, Object> keys = HuggingFace.config(gpt);
                assertThat(read(keys)).as(component).isEqualTo(gpt.gptConfig());
                boolean hasQkNorm = component.equals("qkNorm");
                assertThat(keys.get("model_type")).as("%s %s", component, value).isIn(hasQkNorm ? List.of("qwen3")
                        : isTheirs ? List.of("llama") : List.of("inkhorn", "gpt2"));
                assertThat(HuggingFace.changesToLlama(gpt).isEmpty()).isEqualTo(isTheirs || hasQkNorm);
            }
        });
    }

    @Test
    void headsOfAnOddSizeAreNoLlamas() {
        Gpt odd = new Gpt(LLAMA.withNEmbd(12));
        assertThat(HuggingFace.config(odd)).containsEntry("model_type", "inkhorn");
        assertThat(HuggingFace.changesToLlama(odd)).containsExactly(Map.entry("n_embd", 16));
    }

    @ParameterizedTest
    @CsvSource({"false", "true"})
    void everyBitComesBackUnderAnyOfTheNamesThatFilesHave(boolean bare) {
        Gpt gpt = filled(QWEN3.withNKvHead(2));
        Map<String, Object> keys = HuggingFace.config(gpt);
        Map<String, Stored> file = new LinkedHashMap<>();
        HuggingFace.state(gpt).forEach((name, tensor) ->
                file.put(bare ? name.replaceFirst("^model\\.", "") : name, new Stored(tensor)));
        file.put("model.layers.0.self_attn.rotary_emb.inv_freq", new Stored(Tensor.zeros(3)));
        file.put("lm_head.weight", new Stored(gpt.tokenTable()));
        LanguageModel back = HuggingFace.model(keys);
        StateDict.read(back, HuggingFace.weights(keys, back, HuggingFace.named(keys, back, file)));
        StateDict.of(gpt).forEach((name, tensor) ->
                assertThat(StateDict.of(back).get(name).data()).as(name).containsExactly(tensor.data()));
    }

    @Test
    void partsThatAreReadLaterAreThoseThatAreReadAtOnce() {
        Gpt gpt = filled(QWEN3.withNKvHead(2));
        Map<String, StateDict.Stored> own = new LinkedHashMap<>();
        StateDict.of(gpt).forEach((name, tensor) -> own.put(name, new Stored(tensor)));
        Map<String, StateDict.Stored> stored = HuggingFace.stored(gpt, own);
        assertThat(stored.keySet()).isEqualTo(HuggingFace.state(gpt).keySet());
        HuggingFace.state(gpt).forEach((name, tensor) -> {
            assertThat(stored.get(name).shape()).isEqualTo(tensor.shape().dims());
            float[] found = new float[tensor.size()];
            for (int from = 0; from < found.length; from += 7) {
                float[] part = new float[Math.min(7, found.length - from)];
                stored.get(name).read(from, part);
                System.arraycopy(part, 0, found, from, part.length);
            }
            assertThat(found).as(name).containsExactly(tensor.data());
        });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "head_dim                | 8         | head_dim must be hidden_size / num_attention_heads = 6, found 8",
        "hidden_size             | 26        | hidden_size must be a multiple of num_attention_heads, 4, found 26",
        "num_attention_heads     | 0         | num_attention_heads must be a whole number >= 1, found 0",
        "num_key_value_heads     | 3         | num_key_value_heads must be a divisor of num_attention_heads, 4, *",
        "attention_bias          | true      | attention_bias must be false, found true",
        "mlp_bias                | true      | mlp_bias must be false, found true",
        "hidden_act              | gelu      | hidden_act must be silu, found gelu",
        "rope_scaling            | {yarn}    | rope_scaling must be absent or of type default, found yarn",
        "rope_scaling            | linear    | rope_scaling must be absent or of type default, found linear",
        "rope_parameters         | {llama3}  | rope_parameters must be absent or of type default, found llama3",
        "partial_rotary_factor   | 0.5       | partial_rotary_factor must be 1, found 0.5",
        "attention_dropout       | 0.5       | attention_dropout must equal dropout, found 0.5 and 0.0: this model *",
        "quantization_config     | {awq}     | quantization_config must be null, found *awq*",
        "logit_softcap           | 30.0      | logit_softcap must be 0.0, found 30.0",
        "position                | learned   | position must be rope, found learned",
        "intermediate_size       |           | intermediate_size is missing, it must be a whole number"})
    void aKeyThatIsNotComputedIsRefusedByName(String key, String value, String message) {
        Map<String, Object> keys = HuggingFace.config(new Gpt(LLAMA));
        keys.put(key, value == null ? null : value.startsWith("{")
                ? Map.of("rope_type", value.substring(1, value.length() - 1))
                : value.matches("true|false") ? (Object) Boolean.valueOf(value)
                : value.matches("\\d+") ? (Object) Integer.valueOf(value)
                : value.matches("[\\d.]+") ? (Object) Double.valueOf(value) : value);
        assertThatThrownBy(() -> read(keys)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageMatching(message.replace("*", ".*"));
    }

    @ParameterizedTest
    @CsvSource({"use_sliding_window, true", "head_dim, ", "layer_types, sliding_attention"})
    void qwen3sKeysAreRefusedToo(String key, String value) {
        Map<String, Object> keys = HuggingFace.config(new Gpt(QWEN3));
        keys.put("layer_types", List.of("full_attention", "full_attention"));
        keys.put("sliding_window", 4096);
        assertThat(read(keys)).isEqualTo(QWEN3);
        keys.put(key, value == null ? null : value.equals("true") ? (Object) true : List.of(value));
        assertThatThrownBy(() -> read(keys)).hasMessageStartingWith(key + " must be ");
    }

    @Test
    void foreignKeysOfBothVersionsOfTransformersAreRead() {
        Map<String, Object> keys = new HashMap<>(Map.of("model_type", "llama", "hidden_size", 24, "vocab_size", 11,
                "intermediate_size", 10, "num_attention_heads", 4, "num_hidden_layers", 2, "pretraining_tp", 1,
                "max_position_embeddings", 8, "bos_token_id", 1));
        GptConfig absent = LLAMA.withTieWeights(false).withLayerNormEps(1e-6);
        assertThat(read(keys)).isEqualTo(absent);
        keys.put("rope_theta", 500_000);
        keys.put("rope_scaling", null);
        keys.put("hidden_act", "swish");
        assertThat(read(keys)).isEqualTo(absent.withRopeBase(500_000));
        keys.put("rope_parameters", Map.of("rope_type", "default", "rope_theta", 123.0));
        assertThat(read(keys)).isEqualTo(absent.withRopeBase(123));
    }

    private record Stored(Tensor tensor) implements StateDict.Stored {
        @Override
        public int[] shape() {
            return tensor.shape().dims();
        }

        @Override
        public void read(int from, float[] target) {
            System.arraycopy(tensor.data(), from, target, 0, target.length);
        }
    }

    /** Weights so large that each part counts, and those of norms are not 1. */
    private static Gpt filled(GptConfig config) {
        Gpt gpt = new Gpt(config, new Rng(7));
        StateDict.of(gpt).forEach((name, tensor) -> {
            for (int i = 0; i < tensor.size(); i++) {
                tensor.data()[i] += 0.6f * ((name.hashCode() + i * 0x9E3779B9 >>> 8 & 0xFFFF) / 65536f - 0.5f);
            }
        });
        return gpt;
    }

    private static GptConfig read(Map<String, Object> keys) {
        return ((Gpt) HuggingFace.model(keys)).gptConfig();
    }
}
