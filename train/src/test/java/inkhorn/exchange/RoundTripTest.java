package inkhorn.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import inkhorn.autograd.IntTensor;
import inkhorn.autograd.NoGrad;
import inkhorn.autograd.Rng;
import inkhorn.autograd.kernel.RowNorm;
import inkhorn.checkpoint.Checkpoint;
import inkhorn.checkpoint.CheckpointException;
import inkhorn.checkpoint.Dtype;
import inkhorn.checkpoint.ModelFiles;
import inkhorn.checkpoint.Safetensors;
import inkhorn.data.files.Json;
import inkhorn.data.tokenizer.Tokenizer;
import inkhorn.data.tokenizer.bpe.BpeTokenizer;
import inkhorn.generate.TrainedModel;
import inkhorn.nn.Activation;
import inkhorn.nn.Gpt;
import inkhorn.nn.GptConfig;
import inkhorn.nn.LanguageModel;
import inkhorn.nn.Pass;
import inkhorn.nn.Position;
import inkhorn.nn.StateDict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** From a checkpoint to another program's file and back. */
final class RoundTripTest {
    private static final ModelImport.Choices AS_IT_IS =
            new ModelImport.Choices(OptionalDouble.empty(), OptionalInt.empty());
    private static final Tokenizer BPE = BpeTokenizer.train(List.of("to be, or not to be: to be"), 261, 1);
    private static final GptConfig SMALL = GptConfig.defaults().withNLayer(2).withNHead(2).withNEmbd(8)
            .withBlockSize(6).withVocabSize(BPE.vocabSize()).withActivation(Activation.GELU_TANH).withBias(true);

    @TempDir
    private Path root;

    @ParameterizedTest
    @CsvSource({"hf, true", "hf, false", "gguf, true", "gguf, false", "llmc, true"})
    void f32KeepsEveryBitOfTensorsAndLogits(String format, boolean isTied) {
        Gpt model = filled(SMALL.withTieWeights(isTied).withNInner(format.equals("llmc") ? 0 : 20));
        LanguageModel once = there(model, format, Dtype.F32, "once");
        assertThat(bits(once)).isEqualTo(bits(model));
        assertThat(logits(once)).isEqualTo(logits(model));
        LanguageModel twice = there(once, format, Dtype.F32, "twice");
        assertThat(bits(twice)).isEqualTo(bits(model));
        assertThat(((Gpt) twice).gptConfig()).isEqualTo(model.gptConfig());
    }

    @ParameterizedTest
    @CsvSource({"F32, true, true, 0", "F32, false, false, 2", "F16, true, false, 1", "BF16, true, true, 2",
        "BF16, false, true, 1"})
    void aLlamaOrQwen3ComesBackAsTransformersHasIt(Dtype type, boolean qkNorm, boolean isTied, int keyHeads)
            throws IOException {
        Gpt model = filled(SMALL.withBias(false).withNHead(4).withNEmbd(16).withNKvHead(keyHeads).withNInner(20)
                .withQkNorm(qkNorm).withTieWeights(isTied).withNorm(RowNorm.RMSNORM)
                .withActivation(Activation.SWIGLU).withPosition(Position.ROPE));
        StateDict.of(model).forEach((name, tensor) -> {
            for (int i = 0; i < tensor.size() && type != Dtype.F32; i++) {
                tensor.data()[i] = rounded(tensor.data()[i], type);
            }
        });
        LanguageModel back = there(model, "hf", type, "once");
        assertThat(bits(back)).isEqualTo(bits(model));
        assertThat(logits(back)).isEqualTo(logits(model));
        assertThat(((Gpt) back).gptConfig()).isEqualTo(model.gptConfig());
        for (String file : List.of("once/from", "once/out", "once/to")) {
            assertThat(Files.readString(root.resolve(file).resolve("config.json")))
                    .contains(qkNorm ? "\"Qwen3ForCausalLM\"" : "\"LlamaForCausalLM\"");
            assertThat(FormatReaders.safetensors(root.resolve(file).resolve("model.safetensors")))
                    .containsKey("model.layers.1.self_attn.q_proj.weight");
        }
    }

    @Test
    void aLlamaThatAnEarlierVersionSavedUnderItsOwnNamesOpens() throws IOException {
        Gpt model = filled(SMALL.withBias(false).withNorm(RowNorm.RMSNORM).withActivation(Activation.SWIGLU)
                .withPosition(Position.ROPE).withNKvHead(1));
        ModelFiles.save(root, model, Json.MAPPER.createObjectNode().put("model_type", "inkhorn")
                .put("vocab_size", BPE.vocabSize()).put("n_positions", 6).put("n_layer", 2).put("n_head", 2)
                .put("n_embd", 8).put("activation_function", "swiglu").put("bias", false).put("norm", "rmsnorm")
                .put("position", "rope").put("n_kv_head", 1), Map.of());
        Safetensors.write(root.resolve("model.safetensors"), ModelFiles.named(StateDict.of(model)), Map.of(), false);
        assertThat(bits(ModelFiles.load(Checkpoint.open(root)))).isEqualTo(bits(model));
        ModelImport.run(root, root.resolve("to"), AS_IT_IS);
        assertThat(Files.readString(root.resolve("to/config.json"))).contains("\"LlamaForCausalLM\"");
        assertThat(bits(ModelFiles.load(Checkpoint.open(root.resolve("to"))))).isEqualTo(bits(model));
    }

    @ParameterizedTest
    @CsvSource({"gguf", "llmc"})
    void formatsOfGpt2NameTheOneThatHasALlama(String format) {
        Gpt model = filled(SMALL.withBias(false).withNorm(RowNorm.RMSNORM).withActivation(Activation.SWIGLU)
                .withPosition(Position.ROPE));
        assertThatThrownBy(() -> there(model, format, Dtype.F32, "once")).isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith("--format " + format + ": the model is a Llama or Qwen3, and ")
                .hasMessageEndingWith(" computes GPT-2 alone; export it with --format hf");
    }

    @ParameterizedTest
    @CsvSource({"hf, F16", "hf, BF16", "gguf, F16", "gguf, BF16", "llmc, BF16"})
    void sixteenBitsKeepTheRoundedValues(String format, Dtype type) {
        Gpt model = filled(SMALL);
        LanguageModel back = there(model, format, type, "once");
        StateDict.of(model).forEach((name, tensor) -> {
            float[] found = StateDict.of(back).get(name).data();
            boolean isWhole = format.equals("gguf") && (tensor.shape().rank() == 1 || name.contains("wpe"));
            for (int i = 0; i < found.length; i++) {
                float wanted = isWhole ? tensor.data()[i] : rounded(tensor.data()[i], type);
                assertThat(found[i]).as("%s %d", name, i).isEqualTo(wanted);
            }
        });
        LanguageModel again = there(back, format, type, "twice");
        assertThat(bits(again)).as("what is rounded once stays").isEqualTo(bits(back));
    }

    @Test
    void aModelWithoutBiasesComputesTheSame() {
        Gpt model = new Gpt(SMALL.withBias(false), new Rng(5));
        for (String format : List.of("gguf", "llmc")) {
            assertThat(logits(there(model, format, Dtype.F32, format))).isEqualTo(logits(model));
        }
        LanguageModel marked = there(model, "hf", Dtype.F32, "hf");
        assertThat(StateDict.of(marked).keySet()).isEqualTo(StateDict.of(model).keySet());
        assertThat(bits(marked)).isEqualTo(bits(model));
    }

    /** Nearest, and from halfway to the even one: the definition in IEEE 754, 4.3.1. */
    private static float rounded(float value, Dtype type) {
        int kept = type == Dtype.F16 ? 10 : 7;
        int exponent = Math.max(Math.getExponent(value), type == Dtype.F16 ? -14 : -126);
        double step = Math.scalb(1.0, exponent - kept);
        return (float) (Math.rint(value / step) * step);
    }

    /** Biases and weights of norms away from 0 and 1. */
    private static Gpt filled(GptConfig config) {
        Gpt model = new Gpt(config, new Rng(7));
        StateDict.of(model).forEach((name, tensor) -> {
            for (int i = 0; i < tensor.size(); i++) {
                tensor.data()[i] += 0.1f * ((name.hashCode() + i * 0x9E3779B9 >>> 8 & 0xFFFF) / 65536f - 0.5f);
            }
        });
        return model;
    }

    private LanguageModel there(LanguageModel model, String format, Dtype type, String name) {
        Path checkpoint = root.resolve(name);
        new TrainedModel(model, BPE).save(checkpoint.resolve("from"));
        Path out = checkpoint.resolve("out");
        ModelExport.run(ExportSource.open(checkpoint.resolve("from")), ExportFormat.named(format), type, out);
        Path file = format.equals("hf") ? out : format.equals("gguf")
                ? out.resolve("model-" + ExportFormat.word(type) + ".gguf")
                : out.resolve(type == Dtype.F32 ? "model.bin" : "model_bf16.bin");
        ModelImport imported = ModelImport.run(file, checkpoint.resolve("to"), AS_IT_IS);
        Optional<String> hash = imported.tokenizer().map(Tokenizer::hash);
        assertThat(hash).isEqualTo(format.equals("llmc") ? Optional.empty() : Optional.of(BPE.hash()));
        assertThat(Files.exists(checkpoint.resolve("to/tokenizer.json"))).isEqualTo(hash.isPresent());
        return ModelFiles.load(Checkpoint.open(checkpoint.resolve("to")));
    }

    private static String bits(LanguageModel model) {
        StringBuilder bits = new StringBuilder();
        StateDict.of(model).forEach((name, tensor) -> {
            bits.append('\n').append(name).append(' ').append(tensor.shape());
            for (float value : tensor.data()) {
                bits.append(' ').append(Integer.toHexString(Float.floatToRawIntBits(value)));
            }
        });
        return bits.toString();
    }

    private static float[] logits(LanguageModel model) {
        try (NoGrad off = NoGrad.open()) {
            return model.logits(IntTensor.of(new int[] {72, 5, 220, 9}, 1, 4), Pass.evaluation()).data();
        }
    }
}
