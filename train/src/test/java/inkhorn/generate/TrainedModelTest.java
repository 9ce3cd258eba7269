package inkhorn.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import inkhorn.autograd.IntTensor;
import inkhorn.autograd.NoGrad;
import inkhorn.autograd.Rng;
import inkhorn.checkpoint.CheckpointException;
import inkhorn.data.tokenizer.character.CharTokenizer;
import inkhorn.nn.Gpt;
import inkhorn.nn.GptConfig;
import inkhorn.nn.Pass;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainedModelTest {

    private static final CharTokenizer TOKENIZER = CharTokenizer.fromText("abcdé");

    @TempDir
    private Path directory;

    private final TrainedModel model = new TrainedModel(gpt(TOKENIZER.vocabSize()), TOKENIZER);

    @Test
    void whatIsSavedOpensWithTheSameLogits() {
        model.save(directory.resolve("new/model"));
        TrainedModel opened = TrainedModel.open(directory.resolve("new/model"));
        assertThat(opened.tokenizer().hash()).isEqualTo(TOKENIZER.hash());
        assertThat(logits(opened)).isEqualTo(logits(model));
    }

    @Test
    void savingOverAModelIsRefusedAndLeavesIt() throws Exception {
        model.save(directory);
        byte[] before = Files.readAllBytes(directory.resolve("model.safetensors"));
        assertThatThrownBy(() -> new TrainedModel(gpt(2), CharTokenizer.fromText("xy")).save(directory))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContainingAll(directory.toString(), "already", "name a new directory");
        assertThat(directory.resolve("model.safetensors")).hasBinaryContent(before);
        assertThat(TrainedModel.open(directory).tokenizer().hash()).isEqualTo(TOKENIZER.hash());
    }

    @Test
    void aTokenizerOfAnotherSizeIsRefused() {
        assertThatThrownBy(() -> new TrainedModel(gpt(4), TOKENIZER)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("5 tokens", "4");
    }

    @Test
    void aStreamedTextComesPieceByPieceAndIsTheGenerators() {
        List<String> pieces = new ArrayList<>();
        FinishReason reason = model.stream("ab", WritingOptions.DEFAULTS.withTokens(20).withSeed(3), pieces::add);
        StringBuilder expected = new StringBuilder();
        new Generator(model.model(), WritingOptions.DEFAULTS.sampler(), 3)
                .generate(model.prompt("ab"), 20, 0, id -> expected.append(TOKENIZER.decode(new int[] {id})));
        assertThat(pieces).hasSize(20);
        assertThat(String.join("", pieces)).isEqualTo(expected.toString());
        assertThat(reason).isEqualTo(FinishReason.LENGTH);
    }

    @Test
    void aStreamedTextEndsInFrontOfAStopString() {
        WritingOptions options = WritingOptions.DEFAULTS.withSampler(Sampler.of(1, 0)).withTokens(200);
        StringBuilder whole = new StringBuilder();
        model.stream("ab", options, whole::append);
        StringBuilder stopped = new StringBuilder();
        FinishReason reason = model.stream("ab", options.withStops("cd"), stopped::append);
        assertThat(stopped.toString()).isEqualTo(whole.substring(0, whole.indexOf("cd")));
        assertThat(reason).isEqualTo(FinishReason.STOP);
    }

    @Test
    void optionsOutOfRangeAreRefusedWhenTheyAreMade() {
        assertThatThrownBy(() -> WritingOptions.DEFAULTS.withTokens(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> WritingOptions.DEFAULTS.withStops("")).isInstanceOf(IllegalArgumentException.class);
    }

    private static Gpt gpt(int tokens) {
        return new Gpt(GptConfig.defaults().withVocabSize(tokens).withBlockSize(8).withNLayer(1).withNHead(1)
                .withNEmbd(4), new Rng(1));
    }

    private static float[] logits(TrainedModel trained) {
        try (NoGrad off = NoGrad.open()) {
            return trained.model().logits(IntTensor.of(new int[] {0, 1, 2}, 1, 3), Pass.evaluation()).data();
        }
    }
}
