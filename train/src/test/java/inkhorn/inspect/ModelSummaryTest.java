package inkhorn.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import inkhorn.autograd.Rng;
import inkhorn.inspect.ModelSummary.Weights;
import inkhorn.nn.Activation;
import inkhorn.nn.Bigram;
import inkhorn.nn.Gpt;
import inkhorn.nn.GptConfig;
import inkhorn.nn.Parameter;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ModelSummaryTest {

    private static final GptConfig GPT2 = GptConfig.defaults().withVocabSize(50257).withBlockSize(1024).withNLayer(12)
            .withNHead(12).withNEmbd(768).withBias(true).withActivation(Activation.GELU_TANH);

    @Test
    void gpt2HasTheTensorsOfItsPublishedTable() {
        ModelSummary gpt2 = ModelSummary.of(() -> new Gpt(GPT2), 2, 4);
        assertThat(gpt2.parameters()).hasSize(148);
        assertThat(gpt2.parameterCount()).isEqualTo(124_439_808);
        assertThat(gpt2.parameters().subList(0, 5)).containsExactly(
                new Weights("transformer.wte.weight", List.of(50257, 768), 38_597_376, "token embedding, and the head"),
                new Weights("transformer.wpe.weight", List.of(1024, 768), 786_432, "position embedding"),
                new Weights("transformer.h.0.ln_1.weight", List.of(768), 768, "norm before attention, scale"),
                new Weights("transformer.h.0.ln_1.bias", List.of(768), 768, "norm before attention, shift"),
                new Weights("transformer.h.0.attn.c_attn.weight", List.of(768, 2304), 1_769_472,
                        "queries, keys and values"));
    }

    @Test
    void aBatchGoesThroughGpt2FromIdsToLogits() {
        List<ModelSummary.Step> walk = ModelSummary.of(() -> new Gpt(GPT2), 2, 4).walk();
        assertThat(walk.stream().limit(4).map(step -> step.name() + " " + step.shape())).containsExactly(
                "ids [2, 4]", "wte [2, 4, 768]", "wpe [4, 768]", "wte + wpe [2, 4, 768]");
        assertThat(walk.stream().filter(step -> step.name().startsWith("h.11."))
                .map(step -> step.name() + " " + step.shape()))
                .containsExactly("h.11.ln_1 [2, 4, 768]", "h.11.attn.c_attn [2, 4, 2304]",
                        "h.11.attn q, k, v [2, 12, 4, 64]", "h.11.attn scores [2, 12, 4, 4]",
                        "h.11.attn softmax [2, 12, 4, 4]", "h.11.attn values [2, 12, 4, 64]",
                        "h.11.attn heads joined [2, 4, 768]", "h.11.attn.c_proj [2, 4, 768]", "h.11.+ attn [2, 4, 768]",
                        "h.11.ln_2 [2, 4, 768]", "h.11.mlp.c_fc [2, 4, 3072]", "h.11.mlp.c_proj [2, 4, 768]",
                        "h.11.+ mlp [2, 4, 768]");
        assertThat(walk.get(walk.size() - 1).shape()).containsExactly(2, 4, 50257);
    }

    @Test
    void aBigramIsSummarizedToo() {
        Bigram bigram = new Bigram(7, 5, new Rng(1));
        ModelSummary summary = ModelSummary.of(() -> new Bigram(7, 5), 2, 3);
        assertThat(summary.parameters()).extracting(Weights::name)
                .containsExactlyElementsOf(bigram.namedParameters().stream().map(Parameter::name).toList());
        assertThat(summary.parameterCount()).isEqualTo(49);
        assertThat(summary.flopsPerToken()).isZero();
        assertThat(summary.walk()).extracting(ModelSummary.Step::shape)
                .containsExactly(List.of(2, 3), List.of(2, 3, 7));
    }

    @Test
    @Timeout(20)
    void theLargestGpt2TakesNoMemoryOfItsOwn() {
        GptConfig xl = GPT2.withNLayer(48).withNHead(1).withNEmbd(1600).withNHead(25);
        long before = Runtime.getRuntime().totalMemory();
        assertThat(ModelSummary.of(() -> new Gpt(xl), 1, 1024).parameterCount()).isEqualTo(1_557_611_200L);
        assertThat(Runtime.getRuntime().totalMemory() - before).as("of 6.2 GB").isLessThan(1L << 30);
    }

    @Test
    void logitsThatNoArrayHoldsAreShownAsTheyAreTrained() {
        List<ModelSummary.Step> whole = ModelSummary.of(() -> new Gpt(GPT2), 4, 1024).walk();
        List<ModelSummary.Step> inParts = ModelSummary.of(() -> new Gpt(GPT2), 64, 1024).walk();
        assertThat(inParts).extracting(ModelSummary.Step::name)
                .containsExactlyElementsOf(whole.stream().map(ModelSummary.Step::name).toList());
        assertThat(inParts.get(inParts.size() - 1).shape()).containsExactly(64, 1024, 50257);
    }

    @Test
    void aBatchThatIsTooLargeForAnArrayIsRefused() {
        assertThatThrownBy(() -> ModelSummary.of(() -> new Gpt(GPT2), 1_000_000, 1024))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("more elements than one array can hold");
    }
}
