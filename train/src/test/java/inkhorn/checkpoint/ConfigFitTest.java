package inkhorn.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import inkhorn.autograd.Rng;
import inkhorn.autograd.kernel.RowNorm;
import inkhorn.nn.Activation;
import inkhorn.nn.Bigram;
import inkhorn.nn.Gpt;
import inkhorn.nn.GptConfig;
import inkhorn.nn.LanguageModel;
import inkhorn.nn.Position;
import inkhorn.nn.hf.HuggingFace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A config.json that lies about sizes is refused in a line, before the model that it describes is allocated. */
class ConfigFitTest {

    private static final long MAX = Integer.MAX_VALUE;

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            n_positions | 60000000   | 60000000 and 8, but transformer.wpe.weight in model.safetensors is 16 x 8
            n_positions | 2147483647 | 2147483647 and 8, but transformer.wpe.weight in model.safetensors is 16 x 8
            n_positions | 15         | 15 and 8, but transformer.wpe.weight in model.safetensors is 16 x 8
            n_positions | 0          | block_size: found 0, expected a whole number >= 1
            n_positions | -1         | block_size: found -1, expected a whole number >= 1
            n_positions | 2147483648 | n_positions must be a whole number, found 2147483648
            vocab_size  | 2147483647 | 2147483647 and 8, but transformer.wte.weight in model.safetensors is 20 x 8
            vocab_size  | -5         | vocab_size: found -5, expected a whole number >= 0
            n_embd      | 2147483646 | 20 and 2147483646, but transformer.wte.weight in model.safetensors is 20 x 8
            n_embd      | 0          | n_embd: found 0, expected a whole number >= 1
            n_layer     | 2147483647 | n_layer is 2147483647, but model.safetensors has 2 blocks
            n_layer     | 3          | n_layer is 3, but model.safetensors has 2 blocks
            n_layer     | 0          | n_layer: found 0, expected a whole number >= 1
            n_head      | 2147483647 | n_embd: found 8, which 2147483647 heads (model.n_head) do not divide
            n_head      | -2         | n_head: found -2, expected a whole number >= 1
            n_head      | 0          | n_head: found 0, expected a whole number >= 1
            """)
    void aSizeThatTheFileDoesNotHaveIsNamed(String key, long value, String message) throws IOException {
        assertRefused(gpt(Position.LEARNED), key, value, message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            n_positions | 2147483647 | 2147483647 and 8, but transformer.wpe.weight in model.safetensors is 16 x 8
            n_positions | 60000000   | 60000000 and 8, but transformer.wpe.weight in model.safetensors is 16 x 8
            """)
    void aStoredTableOfSinusoidalPositionsFixesTheirNumber(String key, long value, String message) throws IOException {
        assertRefused(gpt(Position.SINUSOIDAL), key, value, message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            max_position_embeddings | 2147483647 | a table of rope positions has at most 67108864 numbers
            max_position_embeddings | 0          | must be a whole number >= 1, found 0
            max_position_embeddings | 2147483648 | max_position_embeddings must be a whole number, found 2147483648
            vocab_size              | 2147483647 | 2147483647 and 8, but model.embed_tokens.weight in model.safetensors is 20 x 8
            hidden_size             | 2147483646 | head_dim must be hidden_size / num_attention_heads = 1073741823, found 4
            hidden_size             | 10         | head_dim must be hidden_size / num_attention_heads = 5, found 4
            intermediate_size       | 2147483647 | (8, 2147483647) has more elements than one array
            intermediate_size       | 100000     | of another shape: model.layers.0.mlp.gate_proj.weight (12, 8)
            num_hidden_layers       | 2147483647 | num_hidden_layers is 2147483647, but model.safetensors has 2 blocks
            num_hidden_layers       | 3          | missing: model.layers.2.input_layernorm.weight
            num_hidden_layers       | 0          | num_hidden_layers must be a whole number >= 1, found 0
            num_attention_heads     | 2147483647 | hidden_size must be a multiple of num_attention_heads, 2147483647, found 8
            num_key_value_heads     | 3          | num_key_value_heads must be a divisor of num_attention_heads, 2, found 3
            head_dim                | 64         | head_dim must be hidden_size / num_attention_heads = 4, found 64
            """)
    void aSizeOfALlamaThatTheFileDoesNotHaveIsNamed(String key, long value, String message) throws IOException {
        assertRefused(llama(), key, value, message);
    }

    @Test
    void keysOfALlamaThatAreFewerThanTheFilesAreNamedWithTheFilesNames() throws IOException {
        write(ModelFiles.weights(llama()), ModelFiles.configJson(llama()).put("num_key_value_heads", 1));
        assertThatThrownBy(this::load).isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith(directory.resolve("model.safetensors").toString())
                .hasMessageContaining("of another shape: model.layers.0.self_attn.k_proj.weight (8, 8) where the model"
                        + " has (4, 8)");
    }

    @Test
    void sinusoidalPositionsWithoutATableAreBounded() throws IOException {
        LanguageModel model = gpt(Position.SINUSOIDAL);
        List<NamedTensor> bare = ModelFiles.weights(model).stream()
                .filter(tensor -> !tensor.name().contains("wpe")).toList();
        for (long value : new long[] {MAX, HuggingFace.LARGEST_TABLE / 8 + 1}) {
            write(bare, ModelFiles.configJson(model).put("n_positions", value));
            assertThatThrownBy(this::load).hasMessageContainingAll("n_positions is " + value,
                    "at most 67108864 numbers");
        }
        write(bare, ModelFiles.configJson(model).put("n_positions", 1000));
        assertThat(load().blockSize()).isEqualTo(1000);
    }

    @Test
    void aBigramsVocabularyIsBoundedByItsTable() throws IOException {
        assertRefused(new Bigram(20, 16, new Rng(1)), "vocab_size", 100_000,
                "(100000, 100000) has more elements than one array");
        assertRefused(new Bigram(20, 16, new Rng(1)), "vocab_size", 10_000,
                "describes a model of 100000000 weights, model.safetensors holds 400");
    }

    @Test
    void blocksOfTinyTensorsDoNotJustifyWideOnes() throws IOException {
        write(lying(100_000), ModelFiles.configJson(gpt(Position.LEARNED)).put("vocab_size", 1).put("n_positions", 1)
                .put("n_embd", 100_000));
        assertThatThrownBy(this::load).hasMessageContaining("(100000, 300000) has more elements than one array");
        write(lying(10_000), ModelFiles.configJson(gpt(Position.LEARNED)).put("vocab_size", 1).put("n_positions", 1)
                .put("n_embd", 10_000));
        assertThatThrownBy(this::load).hasMessageContaining("describes a model of 2400");
    }

    @Test
    void anArchitectureWithoutWeightsIsHeldAgainstTheFileToo() throws IOException {
        LanguageModel model = gpt(Position.LEARNED);
        write(ModelFiles.weights(model), ModelFiles.configJson(model).put("n_layer", MAX));
        assertThatThrownBy(() -> ModelFiles.architecture(Checkpoint.open(directory)))
                .hasMessageContaining("n_layer is 2147483647");
    }

    private void assertRefused(LanguageModel model, String key, long value, String message) throws IOException {
        write(ModelFiles.weights(model), ModelFiles.configJson(model).put(key, value));
        assertThatThrownBy(this::load).isInstanceOfSatisfying(CheckpointException.class,
                e -> assertThat(e.isUserError()).isTrue())
                .hasMessageStartingWith(directory.resolve("config.json") + ": ").hasMessageContaining(message)
                .hasMessageEndingWith("; give the config.json that belongs to the weights");
    }

    private static List<NamedTensor> lying(int channels) {
        return List.of(Fixtures.filled("wte.weight", 0, 1, channels), Fixtures.filled("wpe.weight", 0, 1, channels),
                Fixtures.filled("h.0.ln_1.weight", 0, 1), Fixtures.filled("h.1.ln_1.weight", 0, 1));
    }

    private LanguageModel load() {
        return ModelFiles.load(Checkpoint.open(directory));
    }

    private void write(List<NamedTensor> weights, ObjectNode config) throws IOException {
        Safetensors.write(directory.resolve("model.safetensors"), weights, Map.of(), true);
        Files.writeString(directory.resolve("config.json"), config.toString());
    }

    private static LanguageModel llama() {
        return new Gpt(GptConfig.defaults().withVocabSize(20).withBlockSize(16).withNLayer(2).withNHead(2)
                .withNEmbd(8).withNInner(12).withNorm(RowNorm.RMSNORM).withActivation(Activation.SWIGLU)
                .withPosition(Position.ROPE), new Rng(1));
    }

    private static LanguageModel gpt(Position position) {
        return new Gpt(GptConfig.defaults().withVocabSize(20).withBlockSize(16).withNLayer(2).withNHead(2)
                .withNEmbd(8).withBias(true).withPosition(position), new Rng(1));
    }
}
