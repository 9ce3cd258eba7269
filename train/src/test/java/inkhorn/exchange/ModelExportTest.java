package inkhorn.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import inkhorn.autograd.Rng;
import inkhorn.autograd.Tensor;
import inkhorn.autograd.kernel.RowNorm;
import inkhorn.checkpoint.Checkpoint;
import inkhorn.checkpoint.CheckpointException;
import inkhorn.checkpoint.Dtype;
import inkhorn.checkpoint.ModelFiles;
import inkhorn.data.tokenizer.Tokenizer;
import inkhorn.data.tokenizer.bpe.BpeTokenizer;
import inkhorn.data.tokenizer.character.CharTokenizer;
import inkhorn.exchange.FormatReaders.StoredTensor;
import inkhorn.nn.Activation;
import inkhorn.nn.Bigram;
import inkhorn.nn.Gpt;
import inkhorn.nn.GptConfig;
import inkhorn.nn.LanguageModel;
import inkhorn.nn.Position;
import inkhorn.nn.StateDict;
import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ModelExportTest {

    private static final Tokenizer BPE = BpeTokenizer.train(List.of("to be, or not to be: to be"), 261, 1);
    private static final GptConfig SMALL = GptConfig.defaults().withNLayer(2).withNHead(2).withNEmbd(8)
            .withBlockSize(6).withVocabSize(BPE.vocabSize()).withActivation(Activation.GELU_TANH).withBias(true);

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"nanogpt-erf", "gpt2-tanh"})
    void aGoldenExportedAsF32IsEqualTensorForTensor(String golden) throws IOException {
        Path from = Path.of("src/test/resources/golden", golden);
        ModelExport.run(ExportSource.open(from), ExportFormat.named("hf"), Dtype.F32, directory.resolve("out"));
        Map<String, StoredTensor> wanted = FormatReaders.safetensors(from.resolve("model.safetensors"));
        Map<String, StoredTensor> found =
                FormatReaders.safetensors(directory.resolve("out/model.safetensors"));
        wanted.forEach((name, tensor) -> {
            assertThat(found.get(name).shape()).as(name).isEqualTo(tensor.shape());
            assertThat(found.get(name).values()).as(name).containsExactly(tensor.values());
        });
        found.keySet().removeAll(wanted.keySet());
        assertThat(found).as("zeros for absent biases").allSatisfy((name, tensor) -> {
            assertThat(name).endsWith(".bias");
            assertThat(tensor.values()).containsOnly(0);
        });
    }

    @Test
    void aModelWithoutBiasesHasThoseOfGpt2AsZerosAndIsReadWithoutThem() throws IOException {
        Gpt model = new Gpt(SMALL.withBias(false), new Rng(1));
        export(model, "hf", Dtype.F32);
        Map<String, StoredTensor> file = FormatReaders.safetensors(directory.resolve("out/model.safetensors"));
        assertThat(file.keySet()).containsExactlyInAnyOrderElementsOf(StateDict.of(new Gpt(SMALL)).keySet());
        assertThat(file.get("transformer.h.1.attn.c_attn.bias").values()).hasSize(24).containsOnly(0);
        LanguageModel back = ModelFiles.load(Checkpoint.open(directory.resolve("out")));
        assertThat(StateDict.of(back).keySet()).isEqualTo(StateDict.of(model).keySet());
    }

    @Test
    void aBiasThatIsNotZeroIsRefusedWhereConfigJsonSaysThatThereIsNone() throws IOException {
        Gpt model = new Gpt(SMALL, new Rng(1));
        StateDict.of(model).get("transformer.h.0.ln_1.bias").data()[3] = 0.5f;
        export(model, "hf", Dtype.F32);
        Path config = directory.resolve("out/config.json");
        Files.writeString(config, Files.readString(config).replaceAll("\"bias\" ?: ?true", "\"bias\": false"));
        assertThatThrownBy(() -> ModelFiles.load(Checkpoint.open(directory.resolve("out"))))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("config.json says bias: false, but transformer.h.0.ln_1.bias is not 8 zeros");
    }

    @Test
    void halvesAreWrittenRoundedAndNamedInConfigJson() throws IOException {
        Gpt model = new Gpt(SMALL, new Rng(1));
        export(model, "hf", Dtype.F16);
        StoredTensor table = FormatReaders.safetensors(directory.resolve("out/model.safetensors"))
                .get("transformer.wte.weight");
        assertThat(table.type()).isEqualTo("F16");
        float[] own = model.tokenTable().data();
        for (int i = 0; i < own.length; i++) {
            assertThat(table.values()[i]).isCloseTo(own[i], Offset.offset(
                    Math.abs(own[i]) * 0x1p-11f + 0x1p-25f));
        }
        assertThat(Files.readString(directory.resolve("out/config.json"))).contains("float16");
    }

    @Test
    void ggufHasLlamaCppsNamesShapesAndTransposedMatrices() throws IOException {
        Gpt model = new Gpt(SMALL, new Rng(2));
        export(model, "gguf", Dtype.F32);
        FormatReaders.Gguf file = FormatReaders.gguf(directory.resolve("out/model-f32.gguf"));
        assertThat(file.metadata()).containsEntry("general.architecture", "gpt2").containsEntry("gpt2.block_count", 2)
                .containsEntry("gpt2.context_length", 6).containsEntry("gpt2.embedding_length", 8)
                .containsEntry("gpt2.feed_forward_length", 32).containsEntry("gpt2.attention.head_count", 2)
                .containsEntry("gpt2.attention.layer_norm_epsilon", 1e-5f).containsEntry("general.file_type", 0);
        assertThat(file.tensors()).hasSize(StateDict.of(model).size());
        StoredTensor qkv = file.tensors().get("blk.1.attn_qkv.weight");
        assertThat(qkv.shape()).as("innermost first").containsExactly(8L, 24L);
        float[] own = StateDict.of(model).get("transformer.h.1.attn.c_attn.weight").data();
        for (int in = 0; in < 8; in++) {
            for (int out = 0; out < 24; out++) {
                assertThat(qkv.values()[out * 8 + in]).isEqualTo(own[in * 24 + out]);
            }
        }
        assertThat(file.tensors().get("token_embd.weight").values()).containsExactly(model.tokenTable().data());
    }

    @Test
    void ggufHasTheTokenizer() throws IOException {
        export(new Gpt(SMALL, new Rng(2)), "gguf", Dtype.BF16);
        FormatReaders.Gguf file = FormatReaders.gguf(directory.resolve("out/model-bf16.gguf"));
        List<?> tokens = (List<?>) file.metadata().get("tokenizer.ggml.tokens");
        List<?> types = (List<?>) file.metadata().get("tokenizer.ggml.token_type");
        int end = BPE.vocabSize() - 1;
        assertThat(tokens).hasSize(BPE.vocabSize());
        assertThat(tokens.get(end)).isEqualTo("<|endoftext|>");
        assertThat(types.get(end)).as("control").isEqualTo(3);
        assertThat(types.get(0)).as("normal").isEqualTo(1);
        assertThat(file.metadata()).containsEntry("tokenizer.ggml.model", "gpt2")
                .containsEntry("tokenizer.ggml.pre", "gpt-2").containsEntry("tokenizer.ggml.eos_token_id", end)
                .containsEntry("general.file_type", 32);
        assertThat((List<?>) file.metadata().get("tokenizer.ggml.merges")).hasSize(BPE.vocabSize() - 257);
        assertThat(file.tensors().get("blk.0.ffn_up.weight").type()).isEqualTo("BF16");
        assertThat(file.tensors().get("position_embd.weight").type()).as("always").isEqualTo("F32");
    }

    @Test
    void llmcHasAPaddedTableAndEachTensorOfAllBlocksTogether() throws IOException {
        Gpt model = new Gpt(SMALL.withBias(false), new Rng(3));
        export(model, "llmc", Dtype.F32);
        int[] header = new int[256];
        float[] all = FormatReaders.llmc(directory.resolve("out/model.bin"), "F32", header);
        assertThat(header).startsWith(20240326, 3, 6, BPE.vocabSize(), 2, 2, 8, 384, 0);
        Map<String, Tensor> own = StateDict.of(model);
        float[] table = model.tokenTable().data();
        assertThat(Arrays.copyOf(all, table.length)).containsExactly(table);
        assertThat(Arrays.copyOfRange(all, table.length, 384 * 8)).as("padding").containsOnly(0);
        // Behind the positions: ln_1's weights and biases of both blocks, then c_attn's weights.
        int attention = 384 * 8 + 6 * 8 + 4 * 8;
        float[] second = own.get("transformer.h.1.attn.c_attn.weight").data();
        assertThat(all[attention + 24 * 8 + 5 * 8 + 3]).as("block 1, output 5, input 3").isEqualTo(second[3 * 24 + 5]);
        int perBlock = 12 * 8 * 8 + 13 * 8;
        assertThat(all).hasSize(384 * 8 + 6 * 8 + 2 * perBlock + 2 * 8);
        assertThat(directory.resolve("out/tokenizer.bin")).exists();
    }

    @Test
    void llmcFilesAreReadBackBitForBit() throws IOException {
        Gpt model = new Gpt(SMALL, new Rng(4));
        export(model, "llmc", Dtype.F32);
        Path file = directory.resolve("out/model.bin");
        ModelImport.run(file, directory.resolve("back"),
                new ModelImport.Choices(OptionalDouble.empty(), OptionalInt.of(5)));
        Gpt back = (Gpt) ModelFiles.load(Checkpoint.open(directory.resolve("back")));
        assertThat(back.gptConfig()).isEqualTo(SMALL.withBlockSize(5));
        Map<String, Tensor> own = StateDict.of(model);
        StateDict.of(back).forEach((name, tensor) -> assertThat(tensor.data()).as(name)
                .containsExactly(Arrays.copyOf(own.get(name).data(), tensor.size())));
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length - 1));
        assertThatThrownBy(() -> LlmcImport.read(file)).isInstanceOf(CheckpointException.class)
                .hasMessageContaining("its header describes a model of another size");
        bytes[4] = 2;
        Files.write(file, bytes);
        assertThatThrownBy(() -> LlmcImport.read(file)).hasMessageContaining("not a model of llm.c of version 3 or 5");
    }

    @Test
    void llmcsBfloat16IsReadBack() {
        Gpt model = new Gpt(SMALL, new Rng(4));
        export(model, "llmc", Dtype.BF16);
        Gpt back = LlmcImport.read(directory.resolve("out/model_bf16.bin"));
        float[] own = StateDict.of(model).get("transformer.h.0.mlp.c_proj.weight").data();
        float[] found = StateDict.of(back).get("transformer.h.0.mlp.c_proj.weight").data();
        for (int i = 0; i < own.length; i++) {
            assertThat(found[i]).isCloseTo(own[i], Offset.offset(Math.abs(own[i]) * 0x1p-8f));
        }
    }

    @Test
    void whatAFormatCannotExpressIsRefusedWithTheReasonAndNothingIsWritten() {
        refused(new Gpt(SMALL.withActivation(Activation.GELU)), BPE, "gguf",
                "--format gguf: the model has activation gelu, llama.cpp's gpt2 computes gelu_tanh");
        refused(new Gpt(SMALL.withActivation(Activation.RELU)), BPE, "llmc", "llm.c computes gelu_tanh");
        refused(new Gpt(SMALL.withNorm(RowNorm.RMSNORM)), BPE, "hf", "the model has norm rmsnorm");
        for (String format : List.of("hf", "gguf", "llmc")) {
            refused(new Gpt(SMALL.withPosition(Position.ROPE)), BPE, format, "the model has position rope");
            refused(new Gpt(SMALL.withPosition(Position.ALIBI)), BPE, format, "the model has position alibi");
            refused(new Gpt(SMALL.withNormPosition(GptConfig.NormPosition.SANDWICH)), BPE, format,
                    "the model has norm_position sandwich");
            refused(new Gpt(SMALL.withQkNorm(true)), BPE, format, "the model has qk_norm");
            refused(new Gpt(SMALL.withValueResidual(true)), BPE, format, "the model has value_residual");
            refused(new Gpt(SMALL.withLogitSoftcap(30)), BPE, format, "the model has logit_softcap 30.0");
            refused(new Gpt(SMALL.withNKvHead(1)), BPE, format, "the model has n_kv_head 1");
        }
        refused(new Gpt(SMALL.withActivation(Activation.SWIGLU)), BPE, "hf", "the model has activation swiglu");
        refused(new Gpt(SMALL.withTieWeights(false)), BPE, "llmc", "a head of its own");
        refused(new Gpt(SMALL.withNInner(16)), BPE, "llmc", "n_inner 16");
        refused(new Bigram(BPE.vocabSize(), 6), BPE, "gguf", "the model is no GPT");
        refused(new Gpt(SMALL.withVocabSize(3)), CharTokenizer.fromText("abc"), "gguf",
                "the tokenizer char, llama.cpp's gpt2 reads byte-level BPE alone");
        refused(new Gpt(SMALL), null, "gguf", "the checkpoint has no tokenizer.json");
        assertThatThrownBy(() -> ExportFormat.named("llmc").type("f16"))
                .hasMessage("--dtype: found f16, but --format llmc has f32, bf16");
        assertThatThrownBy(() -> ExportFormat.named("onnx")).hasMessageContaining("expected one of hf, gguf, llmc");
        assertThat(directory).isEmptyDirectory();
    }

    /** Each in a class loader of its own, as in a process of its own: `import model.bin` begins with LlmcFile. */
    @ParameterizedTest
    @ValueSource(strings = {"ExportFormat", "HuggingFaceExport", "GgufExport", "LlmcFile"})
    void anyFormatCanBeTheFirstClassThatIsUsed(String name) throws IOException, ReflectiveOperationException {
        List<URL> classes = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            classes.add(Path.of(entry).toUri().toURL());
        }
        try (URLClassLoader alone = new URLClassLoader(classes.toArray(URL[]::new),
                ClassLoader.getPlatformClassLoader())) {
            assertThat(Class.forName("inkhorn.exchange." + name, true, alone)).isNotNull();
        }
    }

    @Test
    void aWeightBeyondF16IsNamed() {
        Gpt model = new Gpt(SMALL, new Rng(1));
        model.tokenTable().data()[0] = 70_000;
        assertThatThrownBy(() -> export(model, "hf", Dtype.F16))
                .hasMessageContaining("transformer.wte.weight holds 70000.0");
    }

    @Test
    void aFileThatIsThereIsNeverReplaced() throws IOException {
        Path there = Files.createDirectories(directory.resolve("out")).resolve("config.json");
        Files.writeString(there, "mine");
        assertThatThrownBy(() -> export(new Gpt(SMALL), "hf", Dtype.F32)).hasMessageContaining("exists already");
        assertThat(directory.resolve("out")).isDirectoryContaining(file -> file.equals(there));
        assertThat(Files.list(directory.resolve("out"))).containsExactly(there);
        assertThat(there).hasContent("mine");
    }

    private void export(LanguageModel model, String format, Dtype type) {
        ModelExport.run(new ExportSource(model, Optional.of(BPE)), ExportFormat.named(format), type,
                directory.resolve("out"));
    }

    private void refused(LanguageModel model, Tokenizer tokenizer, String format, String reason) {
        assertThatThrownBy(() -> ModelExport.run(new ExportSource(model, Optional.ofNullable(tokenizer)),
                ExportFormat.named(format), Dtype.F32, directory.resolve("out")))
                .isInstanceOf(CheckpointException.class).hasMessageContaining(reason);
    }
}
