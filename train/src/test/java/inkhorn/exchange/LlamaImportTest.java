package inkhorn.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import inkhorn.checkpoint.Checkpoint;
import inkhorn.checkpoint.CheckpointException;
import inkhorn.checkpoint.Dtype;
import inkhorn.checkpoint.ModelFiles;
import inkhorn.checkpoint.NamedTensor;
import inkhorn.checkpoint.Safetensors;
import inkhorn.data.tokenizer.Tokenizer;
import inkhorn.data.tokenizer.bpe.BpeTokenizer;
import inkhorn.generate.TrainedModel;
import inkhorn.nn.Gpt;
import inkhorn.nn.GptConfig;
import inkhorn.nn.StateDict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A directory of a small Llama as they are published: two files and an index, BF16, a padded vocabulary. */
class LlamaImportTest {
    private static final int CHANNELS = 8;
    private static final int HIDDEN = 12;
    private static final Tokenizer BPE = BpeTokenizer.train(List.of("to be, or not to be: to be"), 261, 1);
    private static final int ROWS = (BPE.vocabSize() + 63) / 64 * 64;

    @TempDir
    Path root;
    private Path from;
    private final Map<String, int[]> shapes = new TreeMap<>();

    @BeforeEach
    void write() throws IOException {
        from = Files.createDirectories(root.resolve("llama"));
        shapes.put("model.embed_tokens.weight", new int[] {ROWS, CHANNELS});
        shapes.put("model.norm.weight", new int[] {CHANNELS});
        for (int layer = 0; layer < 2; layer++) {
            String block = "model.layers." + layer + ".";
            for (String norm : List.of("input_layernorm", "post_attention_layernorm")) {
                shapes.put(block + norm + ".weight", new int[] {CHANNELS});
            }
            for (String square : List.of("q_proj", "o_proj")) {
                shapes.put(block + "self_attn." + square + ".weight", new int[] {CHANNELS, CHANNELS});
            }
            for (String shared : List.of("k_proj", "v_proj")) {
                shapes.put(block + "self_attn." + shared + ".weight", new int[] {CHANNELS / 2, CHANNELS});
            }
            shapes.put(block + "mlp.gate_proj.weight", new int[] {HIDDEN, CHANNELS});
            shapes.put(block + "mlp.up_proj.weight", new int[] {HIDDEN, CHANNELS});
            shapes.put(block + "mlp.down_proj.weight", new int[] {CHANNELS, HIDDEN});
        }
        List<NamedTensor> tensors = shapes.entrySet().stream().map(entry -> new NamedTensor(entry.getKey(),
                entry.getValue(), values(entry.getKey(), SyntheticGpt2.size(entry.getValue())))).toList();
        StringBuilder index = new StringBuilder();
        for (int shard = 0; shard < 2; shard++) {
            String file = "model-0000" + (shard + 1) + "-of-00002.safetensors";
            List<NamedTensor> part = tensors.subList(shard * 9, shard == 0 ? 9 : tensors.size());
            Safetensors.writeUnchecked(from.resolve(file), part, Safetensors.HUGGING_FACE, Dtype.BF16, false);
            part.forEach(tensor -> index.append(index.isEmpty() ? "" : ",").append("\"%s\": \"%s\"".formatted(
                    tensor.name(), file)));
        }
        Files.writeString(from.resolve("model.safetensors.index.json"), "{\"weight_map\": {" + index + "}}");
        config("\"rope_scaling\": null");
        BPE.save(from.resolve("tokenizer.json"));
    }

    private void config(String more) throws IOException {
        Files.writeString(from.resolve("config.json"), """
                {"architectures": ["LlamaForCausalLM"], "attention_bias": false, "attention_dropout": 0.0,
                 "bos_token_id": 1, "eos_token_id": 2, "hidden_act": "silu", "hidden_size": 8, "use_cache": true,
                 "intermediate_size": 12, "max_position_embeddings": 16, "mlp_bias": false, "model_type": "llama",
                 "num_attention_heads": 2, "num_hidden_layers": 2, "num_key_value_heads": 1, "pretraining_tp": 1,
                 "rms_norm_eps": 1e-05, "rope_interleaved": false, "rope_theta": 100000, "torch_dtype": "bfloat16",
                 "tie_word_embeddings": true, "transformers_version": "4.42.3", "vocab_size": %d,
                 %s}
                """.formatted(ROWS, more));
    }

    private static float[] values(String name, int size) {
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = SyntheticGpt2.value(name, i);
        }
        return values;
    }

    @Test
    void everyWeightLiesWhereTheModelHasIt() {
        ModelImport imported = imported("to", OptionalDouble.of(0.25), OptionalInt.of(5));
        assertThat(imported.positions()).isEqualTo(16);
        assertThat(imported.padding()).isEqualTo(ROWS - BPE.vocabSize());
        for (Gpt gpt : List.of((Gpt) ModelFiles.load(Checkpoint.open(root.resolve("to"))),
                (Gpt) TrainedModel.open(from).model())) {
            GptConfig config = gpt.gptConfig();
            assertThat(List.of(config.vocabSize(), config.keyHeads(), config.hiddenWidth()))
                    .containsExactly(BPE.vocabSize(), 1, HIDDEN);
            assertThat(config.ropeBase()).isEqualTo(100_000);
            assertThat(gpt.tokenTable().data())
                    .containsExactly(values("model.embed_tokens.weight", BPE.vocabSize() * CHANNELS));
            assertThat(own(gpt, "transformer.ln_f")).containsExactly(values("model.norm.weight", CHANNELS));
            String block = "model.layers.1.";
            assertThat(own(gpt, "transformer.h.1.ln_2"))
                    .containsExactly(values(block + "post_attention_layernorm.weight", CHANNELS));
            assertThat(own(gpt, "transformer.h.1.attn.c_attn")).containsExactly(transposed(CHANNELS,
                    block + "self_attn.q_proj", block + "self_attn.k_proj", block + "self_attn.v_proj"));
            assertThat(own(gpt, "transformer.h.1.attn.c_proj"))
                    .containsExactly(transposed(CHANNELS, block + "self_attn.o_proj"));
            assertThat(own(gpt, "transformer.h.1.mlp.c_gate"))
                    .containsExactly(transposed(CHANNELS, block + "mlp.gate_proj"));
            assertThat(own(gpt, "transformer.h.1.mlp.c_fc"))
                    .containsExactly(transposed(CHANNELS, block + "mlp.up_proj"));
            assertThat(own(gpt, "transformer.h.1.mlp.c_proj"))
                    .containsExactly(transposed(HIDDEN, block + "mlp.down_proj"));
        }
        GptConfig chosen = ((Gpt) imported.model()).gptConfig();
        assertThat(chosen.dropout()).isEqualTo(0.25);
        assertThat(chosen.blockSize()).isEqualTo(5);
    }

    @Test
    void whatIsNotComputedIsRefusedInALineAndNothingIsWritten() throws IOException {
        config("\"rope_scaling\": {\"factor\": 32.0, \"rope_type\": \"llama3\"}");
        assertThatThrownBy(() -> imported("to", OptionalDouble.empty(), OptionalInt.empty()))
                .isInstanceOf(CheckpointException.class).hasMessage(from.resolve("config.json") + ": rope_scaling must"
                        + " be absent or of type default, found llama3; give the config.json that belongs to the"
                        + " weights");
        config("\"rope_scaling\": null");
        Path config = from.resolve("config.json");
        Files.writeString(config,
                Files.readString(config).replace("attention_dropout\": 0.0", "attention_dropout\": 0.1"));
        assertThatThrownBy(() -> imported("to", OptionalDouble.empty(), OptionalInt.empty()))
                .hasMessageContaining("attention_dropout must equal dropout, found 0.1 and 0.0");
        assertThat(root.resolve("to")).doesNotExist();
        assertThat(imported("to", OptionalDouble.of(0), OptionalInt.empty()).positions()).isEqualTo(16);
    }

    private ModelImport imported(String to, OptionalDouble dropout, OptionalInt blockSize) {
        return ModelImport.run(from, root.resolve(to), new ModelImport.Choices(dropout, blockSize));
    }

    private static float[] own(Gpt gpt, String name) {
        return StateDict.of(gpt).get(name + ".weight").data();
    }

    /** (inputs, outputs of all). */
    private float[] transposed(int inputs, String... names) {
        int width = 0;
        for (String name : names) {
            width += shapes.get(name + ".weight")[0];
        }
        float[] joined = new float[inputs * width];
        int column = 0;
        for (String name : names) {
            for (int o = 0; o < shapes.get(name + ".weight")[0]; o++, column++) {
                for (int i = 0; i < inputs; i++) {
                    joined[i * width + column] = SyntheticGpt2.value(name + ".weight", o * inputs + i);
                }
            }
        }
        return joined;
    }
}
