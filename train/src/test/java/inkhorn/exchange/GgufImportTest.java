package inkhorn.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import inkhorn.autograd.Tensor;
import inkhorn.checkpoint.Checkpoint;
import inkhorn.checkpoint.CheckpointException;
import inkhorn.checkpoint.ModelFiles;
import inkhorn.data.tokenizer.Tokenizer;
import inkhorn.data.tokenizer.bpe.BpeTokenizer;
import inkhorn.exchange.SyntheticGguf.Stored;
import inkhorn.generate.TrainedModel;
import inkhorn.nn.Gpt;
import inkhorn.nn.LanguageModel;
import inkhorn.nn.StateDict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class GgufImportTest {
    private static final ModelImport.Choices AS_IT_IS =
            new ModelImport.Choices(OptionalDouble.empty(), OptionalInt.empty());
    private static final Tokenizer BPE = BpeTokenizer.train(List.of("hel hel he"), 300, 1);

    @TempDir
    private Path root;
    private final SyntheticGguf file = new SyntheticGguf();

    @Test
    void everyWeightIsReadUnderGpt2sNameAndTransposedBack() throws IOException {
        assertWeights(imported().model());
        Gpt model = (Gpt) model();
        assertThat(model.gptConfig().nHead()).isEqualTo(2);
        assertThat(model.gptConfig().layerNormEps()).isEqualTo(1e-5);
        assertThat(model.gptConfig().tieWeights()).isTrue();
    }

    @Test
    void version2AnotherAlignmentAndOtherIntegerTypesAreRead() throws IOException {
        file.version = 2;
        file.alignment = 64;
        file.metadata.put("general.alignment", 64);
        file.metadata.put("gpt2.block_count", 2L);
        file.metadata.put("gpt2.attention.head_count", (short) 2);
        file.metadata.put("gpt2.attention.head_count_kv", 2);
        imported();
        assertWeights(model());
    }

    @Test
    void aHeadThatIsTheTableIsTiedAndAnyOtherIsNot() throws IOException {
        Stored table = file.tensors.get("token_embd.weight");
        file.tensors.put("output.weight", table);
        assertThat(((Gpt) imported().model()).gptConfig().tieWeights()).isTrue();
        byte[] other = table.data().clone();
        other[other.length - 1] ^= 1;
        file.tensors.put("output.weight", new Stored(table.shape(), 0, other));
        Files.delete(root.resolve("out/config.json"));
        Files.delete(root.resolve("out/model.safetensors"));
        assertThat(((Gpt) imported().model()).gptConfig().tieWeights()).isFalse();
        Tensor head = StateDict.of(model()).get("lm_head.weight");
        assertThat(head.data()[head.size() - 1]).isNotEqualTo(SyntheticGpt2.value("wte.weight", head.size() - 1));
    }

    @Test
    void theTokenizerIsReadAndPaddingIsLeftOut() throws IOException {
        file.addTokenizer(BPE);
        ModelImport imported = imported();
        assertThat(imported.tokenizer().orElseThrow().hash()).isEqualTo(BPE.hash());
        assertThat(imported.padding()).isEqualTo(300 - BPE.vocabSize()).isPositive();
        TrainedModel trained = TrainedModel.open(root.resolve("out"));
        assertThat(trained.tokenizer().encode("hel he")).isEqualTo(BPE.encode("hel he"));
        assertThat(trained.tokenizer().endOfText()).isEqualTo(BPE.endOfText());
        assertThat(trained.model().vocabSize()).isEqualTo(BPE.vocabSize());
    }

    @Test
    void contextAndDropoutCanBeChosen() throws IOException {
        ModelImport.run(file.write(root.resolve("m.gguf")), root.resolve("out"),
                new ModelImport.Choices(OptionalDouble.of(0.25), OptionalInt.of(5)));
        assertThat(((Gpt) model()).gptConfig().dropout()).isEqualTo(0.25);
        assertThat(model().blockSize()).isEqualTo(5);
        assertWeights(model());
    }

    @Test
    void whatIsNoGpt2OrQuantizedIsRefusedByItsName() throws IOException {
        file.metadata.put("general.architecture", "llama");
        refused("holds a model of architecture \"llama\", only gpt2 can be read; take the file of a GPT-2");
        file.metadata.put("general.architecture", "gpt2");
        Stored qkv = file.tensors.get("blk.0.attn_qkv.weight");
        file.tensors.put("blk.0.attn_qkv.weight", new Stored(qkv.shape(), 2, new byte[108]));
        file.tensors.put("blk.1.ffn_up.weight", new Stored(new long[] {8, 32}, 14, new byte[210]));
        refused("holds tensors of type Q4_0, Q6_K (\"blk.0.attn_qkv.weight\" is the first), F32, F16 and BF16 can be"
                + " read; take the model in one of these");
        file.tensors.put("blk.0.attn_qkv.weight", new Stored(qkv.shape(), 77, new byte[108]));
        refused("tensor \"blk.0.attn_qkv.weight\" is of type 77, which does not exist");
    }

    @Test
    void aTokenizerOfAnotherKindIsRefused() throws IOException {
        file.addTokenizer(BPE);
        file.metadata.put("tokenizer.ggml.pre", "llama-bpe");
        refused("its tokenizer is \"gpt2\" with the pre-tokenizer \"llama-bpe\", only gpt2 with gpt-2 can be read");
        file.metadata.put("tokenizer.ggml.pre", "gpt-2");
        file.metadata.put("tokenizer.ggml.merges", List.of("h e", "h e"));
        refused("its tokenizer, as a tokenizer.json: model.merges[1] is \"h e\", which appears there twice");
        file.metadata.put("tokenizer.ggml.token_type", List.of(1));
        refused("tokenizer.ggml.token_type has 1 elements");
    }

    @Test
    void sizesThatAreNotTheTensorsAreRefused() throws IOException {
        file.metadata.put("gpt2.block_count", 1_000_000_000);
        refused("gpt2.block_count is 1000000000, but the blocks of its tensors are 2");
        file.metadata.put("gpt2.block_count", 2);
        file.metadata.put("gpt2.context_length", 17);
        refused("gpt2.context_length is 17, but the rows of position_embd.weight are 16");
        file.metadata.put("gpt2.context_length", 16);
        file.metadata.put("gpt2.embedding_length", 4294967296L + 8);
        refused("gpt2.embedding_length is 4294967304, expected 1 to 2147483647");
        file.metadata.put("gpt2.embedding_length", 8);
        file.metadata.put("gpt2.attention.head_count", 3);
        refused("3");
        file.metadata.put("gpt2.attention.head_count", 2);
        file.metadata.put("gpt2.feed_forward_length", "32");
        refused("key \"gpt2.feed_forward_length\" is of type STRING, expected a whole number");
        file.metadata.put("gpt2.feed_forward_length", 32);
        file.metadata.remove("gpt2.attention.layer_norm_epsilon");
        refused("has no gpt2.attention.layer_norm_epsilon");
    }

    @Test
    void allTensorsThatDoNotFitAreListedByTheNamesOfTheFile() throws IOException {
        file.tensors.remove("blk.1.ffn_down.bias");
        file.tensors.remove("output_norm.weight");
        file.tensors.put("blk.0.attn_norm.bias", new Stored(new long[] {4}, 0, new byte[16]));
        file.tensors.put("rope_freqs.weight", new Stored(new long[] {4}, 0, new byte[16]));
        refused("missing: blk.1.ffn_down.bias, output_norm.weight; unexpected: rope_freqs.weight; of another shape:"
                + " blk.0.attn_norm.bias (4,) where the model has (8,)");
    }

    @Test
    void aHeaderThatLiesIsRefused() throws IOException {
        byte[] good = file.bytes();
        assertDamaged(Arrays.copyOf(good, 3), "truncated, or not a GGUF file");
        assertDamaged(changed(good, 0, 'X'), "truncated, or not a GGUF file");
        assertDamaged(changed(good, 4, 1), "is of version 1 of GGUF, versions 2 and 3 can be read");
        byte[] big = changed(good, 4, 0);
        big[7] = 3;
        assertDamaged(big, "is big-endian");
        assertDamaged(changed(good, 15, 0x7f), "it would have");
        assertDamaged(changed(good, 22, 1), "it would have 281474976710664 keys");
        assertDamaged(changed(good, 30, 1), "the name of a key would have 281474976710676 bytes");
        assertDamaged(Arrays.copyOf(good, file.headerLength - 10), "truncated");
        assertDamaged(Arrays.copyOf(good, good.length - 64), "truncated, or its header lies");
        assertDamaged(Arrays.copyOf(good, good.length + 1), "bytes after the last tensor belong to none");
        // The last tensor's offset.
        assertDamaged(changed(good, file.headerLength - 8, good[file.headerLength - 8] ^ 32), "tensor");
        file.metadata.put("general.alignment", 24);
        assertDamaged(file.bytes(), "general.alignment is 24, not a power of 2");
        file.metadata.remove("general.alignment");
        file.tensors.put("a", new Stored(new long[] {1L << 31, 1L << 31}, 0, new byte[4]));
        assertDamaged(file.bytes(), "tensor \"a\" is larger than the file, or empty");
    }

    private static byte[] changed(byte[] bytes, int at, int by) {
        byte[] changed = bytes.clone();
        changed[at] = (byte) by;
        return changed;
    }

    private ModelImport imported() throws IOException {
        return ModelImport.run(file.write(root.resolve("m.gguf")), root.resolve("out"), AS_IT_IS);
    }

    private LanguageModel model() {
        return ModelFiles.load(Checkpoint.open(root.resolve("out")));
    }

    private void refused(String what) throws IOException {
        assertDamaged(file.bytes(), what);
    }

    private void assertDamaged(byte[] bytes, String what) throws IOException {
        Path path = Files.write(root.resolve("m.gguf"), bytes);
        assertThatThrownBy(() -> ModelImport.run(path, root.resolve("out"), AS_IT_IS))
                .isInstanceOfSatisfying(CheckpointException.class, e -> assertThat(e.isUserError()).isTrue())
                .hasMessageStartingWith(path + ": ").hasMessageContaining(what).message().doesNotContain("\n");
        assertThat(root.resolve("out")).doesNotExist();
    }

    private void assertWeights(LanguageModel described) {
        assertThat(StateDict.of(described)).hasSize(StateDict.of(model()).size());
        Map<String, Tensor> state = StateDict.of(model());
        assertThat(state).hasSize(SyntheticGpt2.SMALL.withoutMasks().shapes().size());
        state.forEach((name, tensor) -> {
            String bare = name.replace("transformer.", "");
            for (int i = 0; i < tensor.size(); i++) {
                assertThat(tensor.data()[i]).as("%s %d", name, i).isEqualTo(SyntheticGpt2.value(bare, i));
            }
        });
    }
}
