package inkhorn.nn;

import static org.assertj.core.api.Assertions.assertThat;

import inkhorn.autograd.IntTensor;
import inkhorn.autograd.Rng;
import inkhorn.autograd.Scope;
import inkhorn.autograd.Tensor;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OutlineTest {

    /** Of the published openai-community/gpt2. */
    private static final long GPT2_PARAMETERS = 124_439_808;

    @Test
    void gpt2HasTheShapesOfItsPublishedTable() {
        List<Outline.Weights> parameters = gpt2().parameters();
        assertThat(parameters).hasSize(148);
        assertThat(parameters.stream().mapToLong(Outline.Weights::count).sum()).isEqualTo(GPT2_PARAMETERS);
        assertThat(gpt2().parameterCount()).isEqualTo(GPT2_PARAMETERS);
        assertThat(parameters.stream().limit(14).map(w -> w.name() + " " + w.shape())).containsExactly(
                "transformer.wte.weight [50257, 768]", "transformer.wpe.weight [1024, 768]",
                "transformer.h.0.ln_1.weight [768]", "transformer.h.0.ln_1.bias [768]",
                "transformer.h.0.attn.c_attn.weight [768, 2304]", "transformer.h.0.attn.c_attn.bias [2304]",
                "transformer.h.0.attn.c_proj.weight [768, 768]", "transformer.h.0.attn.c_proj.bias [768]",
                "transformer.h.0.ln_2.weight [768]", "transformer.h.0.ln_2.bias [768]",
                "transformer.h.0.mlp.c_fc.weight [768, 3072]", "transformer.h.0.mlp.c_fc.bias [3072]",
                "transformer.h.0.mlp.c_proj.weight [3072, 768]", "transformer.h.0.mlp.c_proj.bias [768]");
    }

    @Test
    void aBatchWalksThroughGpt2FromIdsToLogits() {
        List<Outline.Step> walk = gpt2().walk(2, 4);
        assertThat(walk.get(0).shape()).containsExactly(2, 4);
        assertThat(walk.get(1).shape()).containsExactly(2, 4, 768);
        assertThat(walk.stream().filter(step -> step.name().startsWith("h.11.")).map(step -> step.name() + " " + step.shape()))
                .containsExactly("h.11.ln_1 [2, 4, 768]", "h.11.attn.c_attn [2, 4, 2304]", "h.11.attn q, k, v [2, 12, 4, 64]",
                        "h.11.attn scores [2, 12, 4, 4]", "h.11.attn softmax [2, 12, 4, 4]", "h.11.attn values [2, 12, 4, 64]",
                        "h.11.attn heads joined [2, 4, 768]", "h.11.attn.c_proj [2, 4, 768]", "h.11.+ attn [2, 4, 768]",
                        "h.11.ln_2 [2, 4, 768]", "h.11.mlp.c_fc [2, 4, 3072]", "h.11.mlp.c_proj [2, 4, 768]", "h.11.+ mlp [2, 4, 768]");
        assertThat(walk.get(walk.size() - 1).shape()).containsExactly(2, 4, 50257);
    }

    @ParameterizedTest
    @CsvSource({"true, LEARNED, true", "false, SINUSOIDAL, true", "true, LEARNED, false", "false, LEARNED, false"})
    void anOutlineIsThatOfTheModel(boolean bias, Position position, boolean tied) {
        isOutlineOf(new Gpt(Fixtures.config(0, bias, position, tied)));
    }

    @Test
    void aBigramHasAnOutlineToo() {
        isOutlineOf(new Bigram(7, 5));
    }

    /** Against what a step really holds, in a scope: sizes at which no array is padded and one is not mistaken for another. */
    @ParameterizedTest
    @CsvSource({"0, 1", "0, 4", "0.1, 3"})
    void activationsAreThoseThatATrainingStepHolds(double dropout, int layers) {
        GptConfig config = GptConfig.defaults().withVocabSize(61).withBlockSize(16).withNLayer(layers)
                .withNHead(2).withNEmbd(24).withDropout(dropout).withBias(true);
        assertThat(4.0 * new GptOutline(config).activations(3, 16)).isBetween(1.0 * held(config), 1.05 * held(config));
    }

    private static long held(GptConfig config) {
        Fixtures.Training training = new Fixtures.Training(new Gpt(config, new Rng(1)));
        try (Scope run = Scope.open()) {
            try (Scope step = Scope.open()) {
                training.step(Fixtures.ids(3, 16, 1), Fixtures.ids(3, 16, 2), 1e-3f);
            }
            return run.heldBytes();
        }
    }

    private static void isOutlineOf(LanguageModel model) {
        Outline outline = Outline.of(model.config());
        assertThat(outline.parameters().stream().map(w -> w.name() + " " + w.shape())).containsExactlyElementsOf(
                model.namedParameters().stream().map(p -> p.name() + " " + sizes(p.tensor())).toList());
        assertThat(outline.parameterCount()).isEqualTo(model.parameterCount());
        assertThat(outline.flopsPerToken()).isEqualTo(model.flopsPerToken());
        assertThat(outline.blockSize()).isEqualTo(model.blockSize());
        List<Outline.Step> walk = outline.walk(2, 3);
        IntTensor ids = IntTensor.of(new int[] {0, 1, 2, 3, 4, 5}, 2, 3);
        assertThat(walk.get(walk.size() - 1).shape()).isEqualTo(sizes(model.logits(ids, Pass.evaluation())));
    }

    private static List<Integer> sizes(Tensor tensor) {
        return IntStream.of(tensor.shape().dims()).boxed().toList();
    }

    private static Outline gpt2() {
        return new GptOutline(GptConfig.defaults().withVocabSize(50257).withBlockSize(1024).withNLayer(12)
                .withNHead(12).withNEmbd(768).withBias(true).withActivation(Activation.GELU_TANH));
    }
}
