package inkhorn.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import inkhorn.autograd.IntTensor;
import inkhorn.autograd.NoGrad;
import inkhorn.autograd.Tensor;
import inkhorn.checkpoint.Checkpoint;
import inkhorn.checkpoint.CheckpointException;
import inkhorn.checkpoint.JsonFile;
import inkhorn.checkpoint.ModelFiles;
import inkhorn.checkpoint.NamedTensor;
import inkhorn.checkpoint.Safetensors;
import inkhorn.checkpoint.SafetensorsReader;
import inkhorn.data.DataException;
import inkhorn.data.tokenizer.Tokenizer;
import inkhorn.data.tokenizer.bpe.BpeTokenizer;
import inkhorn.generate.TrainedModel;
import inkhorn.nn.Gpt;
import inkhorn.nn.LanguageModel;
import inkhorn.nn.Pass;
import inkhorn.nn.StateDict;
import inkhorn.train.Parity;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelImportTest {

    private static final ModelImport.Choices AS_IT_IS =
            new ModelImport.Choices(OptionalDouble.empty(), OptionalInt.empty());
    private static final SyntheticGpt2 SMALL = SyntheticGpt2.SMALL;

    @TempDir
    Path root;
    private Path from;
    private Path to;

    @BeforeEach
    void nameDirectories() {
        from = root.resolve("gpt2");
        to = root.resolve("checkpoint");
    }

    @Test
    void theLayoutOfThePublishedFilesIsRead() throws IOException {
        SMALL.write(from);
        assertWeightsAreThoseOf(SMALL, importedModel());
    }

    @Test
    void theCheckpointHoldsEveryWeightUnderItsFullNameAndNothingElse() throws IOException {
        SMALL.withType("F16").write(from);
        imported();
        List<NamedTensor> written = Safetensors.readAll(to.resolve("model.safetensors"));
        assertThat(written).hasSize(SMALL.withoutMasks().shapes().size()).allSatisfy(tensor -> {
            assertThat(tensor.name()).startsWith("transformer.");
            assertValues(tensor.name(), tensor.data());
        });
        assertThat(Checkpoint.open(to).config().get("n_ctx").asInt()).isEqualTo(16);
    }

    @ParameterizedTest
    @ValueSource(strings = {"F32", "F16", "BF16"})
    void everyTypeNameAndNumberOfFilesGivesTheSameModel(String type) throws IOException {
        List<UnaryOperator<SyntheticGpt2>> layouts = List.of(same -> same, SyntheticGpt2::withHead,
                SyntheticGpt2::withoutMasks, same -> same.withPrefix("transformer."), same -> same.withShards(3));
        for (int i = 0; i < layouts.size(); i++) {
            SyntheticGpt2 layout = layouts.get(i).apply(SMALL.withType(type));
            from = root.resolve("from-" + i);
            to = root.resolve("to-" + i);
            layout.write(from);
            assertWeightsAreThoseOf(SMALL, importedModel());
        }
    }

    @Test
    void logitsAreTheSameBeforeAndAfter() throws IOException {
        Tokenizer tokenizer = tokenizer();
        SMALL.withRows(tokenizer.vocabSize()).write(from);
        tokenizer.save(from.resolve("tokenizer.json"));
        imported();
        assertThat(logits(TrainedModel.open(to).model())).isEqualTo(logits(TrainedModel.open(from).model()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt2-tanh", "nanogpt-erf"})
    void whatPyTorchComputedHoldsForTheImportedGoldens(String name) throws IOException, URISyntaxException {
        Path golden = Path.of(getClass().getResource("/golden/" + name).toURI());
        ModelImport.run(golden, to, AS_IT_IS);
        for (String file : List.of("golden.safetensors", "optimizer.json")) {
            Files.copy(golden.resolve(file), to.resolve(file));
        }
        assertThat(Parity.run(to).failures()).isEmpty();
    }

    @Test
    void rowsBehindTheVocabularyAreLeftOut() throws IOException {
        Tokenizer tokenizer = tokenizer();
        int tokens = tokenizer.vocabSize();
        SMALL.withRows((tokens + 63) / 64 * 64).withHead().write(from);
        tokenizer.save(from.resolve("tokenizer.json"));
        ModelImport imported = imported();
        assertThat(imported.padding()).isEqualTo((tokens + 63) / 64 * 64 - tokens).isPositive();
        assertThat(imported.model().vocabSize()).isEqualTo(tokens);
        assertWeightsAreThoseOf(SMALL, TrainedModel.open(to).model());

        TrainedModel unimported = TrainedModel.open(from);
        assertThat(unimported.model().vocabSize()).isEqualTo(tokens);
        assertThat(logits(unimported.model())).isEqualTo(logits(TrainedModel.open(to).model()));
    }

    @Test
    void aTokenizerOfAnotherVocabularyIsRefused() throws IOException {
        Tokenizer tokenizer = tokenizer();
        SMALL.withRows(tokenizer.vocabSize() + 3).write(from);
        tokenizer.save(from.resolve("tokenizer.json"));
        assertRefused(from + ": its tokenizer has " + tokenizer.vocabSize() + " tokens, its model "
                + (tokenizer.vocabSize() + 3) + ", which is no padding of them");
    }

    @ParameterizedTest
    @ValueSource(ints = {300, 301})
    void aDamagedTokenizerIsTheSameErrorWhetherOrNotTheWeightsAreBeingCopied(int rows) throws IOException {
        SMALL.withRows(rows).write(from);
        Path file = Files.writeString(from.resolve("tokenizer.json"), "{\"model\": ");
        assertThatThrownBy(this::imported).isInstanceOf(DataException.class)
                .hasMessageStartingWith(file + ": not valid JSON (line 1)");
        assertThat(to).doesNotExist();
        Files.delete(file);
        assertThat(imported().model().vocabSize()).isEqualTo(rows);
    }

    @Test
    void weightsThatCannotBeWrittenAreARunFailureAndNothingIsLeft() throws IOException {
        SMALL.withRows(301).write(from);
        // Where the copy would be written.
        Files.createDirectories(to.resolve(".tmp-model.safetensors/in-the-way"));
        assertThatThrownBy(this::imported).isInstanceOfSatisfying(CheckpointException.class,
                e -> assertThat(e.isUserError()).isFalse())
                .hasMessageContaining(to + ": the model cannot be saved");
        assertThat(to).isDirectoryNotContaining(file -> file.toString().endsWith(".json"));
    }

    @Test
    void vocabularyAndMergesInFilesOfTheirOwnAreATokenizerToo() throws IOException {
        Tokenizer tokenizer = tokenizer();
        SMALL.withRows(tokenizer.vocabSize()).write(from);
        ObjectNode model = (ObjectNode) JsonFile.read(Files.write(root.resolve("t.json"), tokenizer.toBytes()))
                .get("model");
        Files.writeString(from.resolve("vocab.json"), model.get("vocab").toString());
        StringBuilder merges = new StringBuilder("#version: 0.2\n");
        model.get("merges").forEach(merge -> merges.append(merge.asText()).append('\n'));
        Files.writeString(from.resolve("merges.txt"), merges);
        assertThat(imported().tokenizer().orElseThrow().hash()).isEqualTo(tokenizer.hash());
        assertThat(TrainedModel.open(to).tokenizer().encode("hel he")).isEqualTo(tokenizer.encode("hel he"));
        assertThat(TrainedModel.open(from).tokenizer().hash()).isEqualTo(tokenizer.hash());
    }

    @Test
    void contextAndDropoutCanBeChosen() throws IOException {
        SMALL.write(from);
        ModelImport imported = ModelImport.run(from, to, new ModelImport.Choices(OptionalDouble.of(0.25),
                OptionalInt.of(5)));
        assertThat(imported.positions()).isEqualTo(16);
        Gpt written = (Gpt) ModelFiles.load(Checkpoint.open(to));
        assertThat(written.gptConfig().dropout()).isEqualTo(0.25);
        assertThat(written.blockSize()).isEqualTo(5);
        assertWeightsAreThoseOf(SMALL, written);
        to = root.resolve("longer");
        assertThatThrownBy(() -> ModelImport.run(from, to, new ModelImport.Choices(OptionalDouble.empty(),
                OptionalInt.of(17)))).isInstanceOf(CheckpointException.class)
                .hasMessage(from + ": has 16 positions, a context of 17 was asked for; ask for at most 16");
    }

    @Test
    void dropoutThatDiffersFromSiteToSiteCanBeSetAnew() throws IOException {
        SMALL.write(from);
        edit(config -> config.put("attn_pdrop", 0.3));
        assertRefused("attn_pdrop must equal resid_pdrop, found 0.3 and 0.1");
        ModelImport.run(from, to, new ModelImport.Choices(OptionalDouble.of(0), OptionalInt.empty()));
        assertThat(((Gpt) ModelFiles.load(Checkpoint.open(to))).gptConfig().dropout()).isZero();
    }

    @Test
    void allNamesThatDoNotFitAreListedAndNothingIsWritten() throws IOException {
        SMALL.withoutMasks().write(from);
        List<NamedTensor> tensors = new ArrayList<>(Safetensors.readAll(from.resolve("model.safetensors")));
        tensors.removeIf(tensor -> List.of("h.0.ln_1.bias", "h.1.attn.c_proj.weight").contains(tensor.name()));
        tensors.removeIf(tensor -> List.of("h.0.mlp.c_fc.bias", "ln_f.weight").contains(tensor.name()));
        tensors.add(new NamedTensor("h.0.mlp.c_fc.bias", new int[] {31}, new float[31]));
        tensors.add(new NamedTensor("ln_f.weight", new int[] {2, 4}, new float[8]));
        tensors.add(new NamedTensor("score.weight", new int[] {2}, new float[2]));
        tensors.add(new NamedTensor("h.0.attn.rotary", new int[] {2}, new float[2]));
        Safetensors.write(from.resolve("model.safetensors"), tensors, Map.of(), false);
        assertRefused("missing: transformer.h.0.ln_1.bias, transformer.h.1.attn.c_proj.weight; unexpected:"
                + " score.weight, h.0.attn.rotary; of another shape: transformer.h.0.mlp.c_fc.bias (31,) where the"
                + " model has (32,), transformer.ln_f.weight (2, 4) where the model has (8,)");
    }

    @Test
    void aConfigOfAnotherSizeIsRefusedWithEveryTensor() throws IOException {
        SMALL.write(from);
        edit(config -> config.put("n_layer", 3).put("n_embd", 10));
        assertThatThrownBy(this::imported).isInstanceOf(CheckpointException.class)
                .hasMessageContainingAll("n_layer is 3, but model.safetensors has 2 blocks",
                        "missing: transformer.h.2.ln_1.weight", "transformer.h.2.mlp.c_proj.bias",
                        "transformer.h.1.mlp.c_proj.weight (32, 8) where the model has (40, 10)");
        assertThat(to).doesNotExist();
    }

    @Test
    void aTensorUnderBothNamesIsRefused() throws IOException {
        SMALL.write(from);
        List<NamedTensor> tensors = new ArrayList<>(Safetensors.readAll(from.resolve("model.safetensors")));
        tensors.add(new NamedTensor("transformer.ln_f.bias", new int[] {8}, new float[8]));
        Safetensors.write(from.resolve("model.safetensors"), tensors, Map.of(), false);
        assertRefused("transformer.ln_f.bias is there twice, with and without \"transformer.\"");
    }

    @Test
    void aHeadUnlikeItsTableIsAHeadOfItsOwnOnlyIfTheConfigSaysSo() throws IOException {
        SMALL.withHead().write(from);
        Path file = from.resolve("model.safetensors");
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 1] ^= 1;
        Files.write(file, bytes);
        assertRefused("a head that is tied to its table must equal it; for a head of its own set tie_word_embeddings"
                + " to false in config.json");
        edit(config -> config.put("tie_word_embeddings", false));
        LanguageModel model = importedModel();
        Tensor head = StateDict.of(model).get("lm_head.weight");
        assertThat(head.data()[0]).isEqualTo(SyntheticGpt2.value("wte.weight", 0));
        assertThat(head.data()[head.size() - 1]).isNotEqualTo(SyntheticGpt2.value("wte.weight", head.size() - 1));
    }

    @Test
    void anIndexThatDoesNotAgreeWithItsFilesIsRefused() throws IOException {
        SMALL.withShards(2).write(from);
        Path index = from.resolve("model.safetensors.index.json");
        String good = Files.readString(index);
        Files.writeString(index, good.replace("\"wte.weight\":", "\"gone.weight\":"));
        assertRefused("\"gone.weight\" is in none of its files; \"wte.weight\" is in a file but not in the index");
        Files.writeString(index, good.replaceFirst("00001-of", "00002-of"));
        assertRefused("\"wte.weight\" is in model-00001-of-00002.safetensors, not in"
                + " model-00002-of-00002.safetensors");
        Files.writeString(index, good.replaceFirst("model-00001", "../model-00001"));
        assertRefused("the file of \"wte.weight\" is");
        Files.writeString(index, "{\"weight_map\": {}}");
        assertRefused("has no weight_map");
        Files.writeString(index, good);
        Files.delete(from.resolve("model-00002-of-00002.safetensors"));
        assertRefused("model-00002-of-00002.safetensors: cannot be read (no such file or directory)");
    }

    @Test
    void picklesAreNotReadAndThatIsSaid() throws IOException {
        SMALL.write(from);
        Files.move(from.resolve("model.safetensors"), from.resolve("pytorch_model.bin"));
        assertRefused(from + ": has no model.safetensors (pytorch_model.bin cannot be read)");
    }

    @Test
    void aModelThatIsThereAlreadyIsNotReplaced() throws IOException {
        SMALL.write(from);
        imported();
        assertThatThrownBy(this::imported)
                .hasMessage(to + ": holds a config.json already; name a new directory");
    }

    @Test
    void everyPatternOf16BitsIsReadAsItsNumber() throws IOException {
        for (boolean isBrain : new boolean[] {false, true}) {
            String type = isBrain ? "BF16" : "F16";
            String header = "{\"w\":{\"dtype\":\"" + type + "\",\"shape\":[65536],\"data_offsets\":[0,131072]}}";
            byte[] bytes = new byte[8 + header.length() + (1 << 17)];
            bytes[0] = (byte) header.length();
            System.arraycopy(header.getBytes(), 0, bytes, 8, header.length());
            for (int i = 0; i < 1 << 16; i++) {
                bytes[8 + header.length() + 2 * i] = (byte) i;
                bytes[8 + header.length() + 2 * i + 1] = (byte) (i >> 8);
            }
            try (SafetensorsReader reader = SafetensorsReader.open(Files.write(root.resolve(type), bytes))) {
                float[] read = reader.read("w").data();
                for (int i = 0; i < 1 << 16; i++) {
                    double wanted = isBrain ? number(i, 8, 7) : number(i, 5, 10);
                    assertThat(Double.compare(read[i], wanted)).as("%s %04x: %s", type, i, read[i]).isZero();
                }
            }
        }
    }

    /** The definition in IEEE 754, 3.4. */
    private static double number(int pattern, int exponentBits, int fractionBits) {
        int exponent = pattern >> fractionBits & (1 << exponentBits) - 1;
        int bias = (1 << exponentBits - 1) - 1;
        double fraction = (pattern & (1 << fractionBits) - 1) * Math.pow(2, -fractionBits);
        double size;
        if (exponent == (1 << exponentBits) - 1) {
            size = fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
        } else {
            size = exponent == 0 ? fraction * Math.pow(2, 1 - bias) : (1 + fraction) * Math.pow(2, exponent - bias);
        }
        return pattern >> exponentBits + fractionBits == 0 ? size : -size;
    }

    private LanguageModel importedModel() {
        imported();
        return ModelFiles.load(Checkpoint.open(to));
    }

    private ModelImport imported() {
        return ModelImport.run(from, to, AS_IT_IS);
    }

    private void assertRefused(String what) {
        assertThatThrownBy(this::imported).isInstanceOfSatisfying(CheckpointException.class,
                e -> assertThat(e.isUserError()).isTrue()).hasMessageContaining(what);
        assertThat(to).doesNotExist();
    }

    private void edit(Consumer<ObjectNode> change) throws IOException {
        ObjectNode config = JsonFile.read(from.resolve("config.json"));
        change.accept(config);
        Files.writeString(from.resolve("config.json"), config.toString());
    }

    private static Tokenizer tokenizer() {
        return BpeTokenizer.train(List.of("hel hel he"), 300, 1);
    }

    private static void assertWeightsAreThoseOf(SyntheticGpt2 layout, LanguageModel model) {
        Map<String, Tensor> state = StateDict.of(model);
        assertThat(state).hasSize(layout.withoutMasks().shapes().size());
        state.forEach((name, tensor) -> assertValues(name, tensor.data()));
    }

    private static void assertValues(String name, float[] values) {
        String bare = name.replace("transformer.", "");
        for (int i = 0; i < values.length; i++) {
            assertThat(values[i]).as("%s %d", name, i).isEqualTo(SyntheticGpt2.value(bare, i));
        }
    }

    private static float[] logits(LanguageModel model) {
        try (NoGrad off = NoGrad.open()) {
            return model.logits(IntTensor.of(new int[] {72, 5, 220, 9}, 1, 4), Pass.evaluation()).data();
        }
    }
}
