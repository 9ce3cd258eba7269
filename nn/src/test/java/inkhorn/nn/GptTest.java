package inkhorn.nn;

import static inkhorn.nn.Fixtures.BLOCK;
import static inkhorn.nn.Fixtures.CHANNELS;
import static inkhorn.nn.Fixtures.LAYERS;
import static inkhorn.nn.Fixtures.VOCAB;
import static inkhorn.nn.Fixtures.config;
import static inkhorn.nn.Fixtures.gpt;
import static inkhorn.nn.Fixtures.ids;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import inkhorn.autograd.IntTensor;
import inkhorn.autograd.NoGrad;
import inkhorn.autograd.Rng;
import inkhorn.autograd.Scope;
import inkhorn.autograd.Shape;
import inkhorn.autograd.Tensor;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class GptTest {

    private static final GptConfig GPT2 = GptConfig.defaults().withVocabSize(50257).withBlockSize(1024).withNLayer(12)
            .withNHead(12).withNEmbd(768).withBias(true).withActivation(Activation.GELU_TANH);

    @Test
    void logitsAreOneRowOfTheVocabularyAPosition() {
        Tensor logits = gpt(config()).logits(ids(2, 5, 1), Pass.evaluation());
        assertThat(logits.shape()).isEqualTo(Shape.of(2, 5, VOCAB));
    }

    @Test
    void logitsAtAPositionEqualThoseOfAllPositions() {
        Gpt gpt = gpt(config());
        IntTensor ids = ids(2, 5, 1);
        float[] all = gpt.logits(ids, Pass.evaluation()).data();
        Tensor some = gpt.logitsAt(ids, new int[] {3, 4}, Pass.evaluation());
        assertThat(some.shape()).isEqualTo(Shape.of(2, VOCAB));
        float[] expected = new float[2 * VOCAB];
        System.arraycopy(all, 3 * VOCAB, expected, 0, VOCAB);
        System.arraycopy(all, (5 + 4) * VOCAB, expected, VOCAB, VOCAB);
        assertThat(some.data()).containsExactly(expected, within(1e-6f));
    }

    @Test
    void parametersBearTheNamesOfGpt2InItsOrder() {
        GptConfig golden = GptConfig.defaults().withVocabSize(65).withBlockSize(16).withNLayer(2).withNHead(2)
                .withNEmbd(32).withBias(true).withActivation(Activation.GELU_TANH);
        assertThat(namesAndShapes(new Gpt(golden))).containsExactly(
                "transformer.wte.weight (65, 32)",
                "transformer.wpe.weight (16, 32)",
                "transformer.h.0.ln_1.weight (32,)",
                "transformer.h.0.ln_1.bias (32,)",
                "transformer.h.0.attn.c_attn.weight (32, 96)",
                "transformer.h.0.attn.c_attn.bias (96,)",
                "transformer.h.0.attn.c_proj.weight (32, 32)",
                "transformer.h.0.attn.c_proj.bias (32,)",
                "transformer.h.0.ln_2.weight (32,)",
                "transformer.h.0.ln_2.bias (32,)",
                "transformer.h.0.mlp.c_fc.weight (32, 128)",
                "transformer.h.0.mlp.c_fc.bias (128,)",
                "transformer.h.0.mlp.c_proj.weight (128, 32)",
                "transformer.h.0.mlp.c_proj.bias (32,)",
                "transformer.h.1.ln_1.weight (32,)",
                "transformer.h.1.ln_1.bias (32,)",
                "transformer.h.1.attn.c_attn.weight (32, 96)",
                "transformer.h.1.attn.c_attn.bias (96,)",
                "transformer.h.1.attn.c_proj.weight (32, 32)",
                "transformer.h.1.attn.c_proj.bias (32,)",
                "transformer.h.1.ln_2.weight (32,)",
                "transformer.h.1.ln_2.bias (32,)",
                "transformer.h.1.mlp.c_fc.weight (32, 128)",
                "transformer.h.1.mlp.c_fc.bias (128,)",
                "transformer.h.1.mlp.c_proj.weight (128, 32)",
                "transformer.h.1.mlp.c_proj.bias (32,)",
                "transformer.ln_f.weight (32,)",
                "transformer.ln_f.bias (32,)");
    }

    @Test
    void withoutBiasNoParameterIsABias() {
        assertThat(namesAndShapes(new Gpt(config(0, false, Position.LEARNED, true)))).hasSize(2 + 6 * LAYERS + 1)
                .noneMatch(name -> name.contains("bias"));
    }

    @Test
    void anUntiedHeadIsAParameterOfItsOwn() {
        assertThat(namesAndShapes(new Gpt(config(0, true, Position.LEARNED, false))))
                .endsWith("lm_head.weight (" + VOCAB + ", " + CHANNELS + ")");
    }

    @Test
    void theSmallestGpt2HasItsPublishedTensorsAndParameterCount() {
        try (Scope shapes = Scope.openOnShapes()) {
            Gpt gpt2 = new Gpt(GPT2);
            assertThat(gpt2.namedParameters()).hasSize(148);
            assertThat(gpt2.parameterCount()).isEqualTo(124_439_808L);
            assertThat(shapes.permanentBytes()).isEqualTo(4 * 124_439_808L);
        }
    }

    @ParameterizedTest
    @CsvSource({"true, LEARNED, true", "false, SINUSOIDAL, true", "true, LEARNED, false", "false, LEARNED, false"})
    void flopsPerTokenFollowNanoGptsCountWithoutVectors(boolean bias, Position position, boolean tied) {
        Gpt gpt = new Gpt(config(0, bias, position, tied));
        long n = LAYERS * 12L * CHANNELS * CHANNELS + (long) VOCAB * CHANNELS;
        assertThat(gpt.flopsPerToken()).isEqualTo(6 * n + 12.0 * LAYERS * CHANNELS * BLOCK);
    }

    @Test
    void aTokenOfGpt2TakesTheOperationsOfItsMatrices() {
        double convention = 6.0 * (124_439_808 - 1024 * 768) + 12.0 * 12 * 768 * 1024;
        try (Scope shapes = Scope.openOnShapes()) {
            assertThat(new Gpt(GPT2).flopsPerToken()).isBetween(0.999 * convention, convention);
        }
    }

    @ParameterizedTest
    @CsvSource({"true, LEARNED, true", "false, SINUSOIDAL, true", "true, LEARNED, false", "false, LEARNED, false"})
    void aTokenReadsAllWeightsButTheTablesOfWhichItReadsARow(boolean bias, Position position, boolean tied) {
        Gpt gpt = new Gpt(config(0, bias, position, tied));
        long tables = (position == Position.LEARNED ? BLOCK * CHANNELS : 0) + (tied ? 0 : VOCAB * CHANNELS);
        assertThat(gpt.parametersReadPerToken()).isEqualTo(gpt.parameterCount() - tables);
    }

    @Test
    void parametersSayWhatTheyAreFor() {
        List<Parameter> tied = new Gpt(config()).namedParameters();
        List<Parameter> untied = new Gpt(config(0, true, Position.LEARNED, false)).namedParameters();
        assertThat(meaning(tied, "transformer.wte.weight")).isEqualTo("token embedding, and the head");
        assertThat(meaning(untied, "transformer.wte.weight")).isEqualTo("token embedding");
        assertThat(meaning(untied, "lm_head.weight")).isEqualTo("unembedding: from channels to logits");
        assertThat(meaning(tied, "transformer.h.1.ln_1.bias")).isEqualTo("norm before attention, shift");
        assertThat(meaning(tied, "transformer.h.0.attn.c_attn.weight")).isEqualTo("queries, keys and values");
        assertThat(meaning(tied, "transformer.h.0.mlp.c_fc.bias")).isEqualTo("MLP: expansion, bias");
    }

    @Test
    void theInitialLossIsThatOfAGuess() {
        float loss = gpt(config()).loss(ids(8, BLOCK, 1), ids(8, BLOCK, 2), Pass.evaluation()).item();
        assertThat(loss).isCloseTo((float) Math.log(VOCAB), within(0.05f));
    }

    @Test
    void residualProjectionsStartSmallerByTheRootOfTwiceTheLayers() {
        Gpt gpt = new Gpt(GptConfig.defaults().withVocabSize(VOCAB).withBlockSize(BLOCK).withNLayer(8)
                .withNHead(4).withNEmbd(64).withBias(true),
                new Rng(3));
        assertThat(std(gpt, "transformer.h.5.mlp.c_fc.weight")).isCloseTo(0.02, within(0.001));
        assertThat(std(gpt, "transformer.h.5.mlp.c_proj.weight")).isCloseTo(0.02 / 4, within(0.00025));
        assertThat(std(gpt, "transformer.h.5.attn.c_proj.weight")).isCloseTo(0.02 / 4, within(0.00025));
    }

    @Test
    void aHeadOfItsOwnStartsAsTheConfigSaysAndNothingElseChanges() {
        GptConfig untied = config(0, true, Position.LEARNED, false);
        Gpt plain = gpt(untied);
        Gpt wide = gpt(untied.withHeadInitStd(0.5));
        Gpt zero = gpt(untied.withHeadInitStd(0));
        assertThat(std(plain, "lm_head.weight")).isCloseTo(0.02, within(0.004));
        assertThat(std(wide, "lm_head.weight")).isCloseTo(0.5, within(0.1));
        assertThat(std(wide, "transformer.wte.weight")).isEqualTo(std(plain, "transformer.wte.weight"));
        assertThat(zero.loss(ids(2, BLOCK, 1), ids(2, BLOCK, 2), Pass.evaluation()).item())
                .isCloseTo((float) Math.log(VOCAB), within(1e-6f));
    }

    @Test
    void biasesStartAtZeroAndLayerNormsAtOne() {
        for (Parameter p : gpt(config()).namedParameters()) {
            if (p.tensor().shape().rank() == 1) {
                assertThat(p.tensor().data()).as(p.name()).containsOnly(p.name().endsWith("bias") ? 0f : 1f);
            }
        }
    }

    @Test
    void aSeedFixesTheInitialWeightsAndNoTwoParametersShareThem() {
        List<Parameter> first = new Gpt(config(), new Rng(5)).namedParameters();
        List<Parameter> again = new Gpt(config(), new Rng(5)).namedParameters();
        List<Parameter> other = new Gpt(config(), new Rng(6)).namedParameters();
        for (int i = 0; i < first.size(); i++) {
            assertThat(first.get(i).tensor().data()).isEqualTo(again.get(i).tensor().data());
        }
        assertThat(first.get(0).tensor().data()).isNotEqualTo(other.get(0).tensor().data());
        assertThat(named(first, "transformer.h.0.attn.c_attn.weight"))
                .isNotEqualTo(named(first, "transformer.h.1.attn.c_attn.weight"));
    }

    @ParameterizedTest
    @EnumSource(Position.class)
    void aTokenDoesNotChangeTheLogitsBeforeIt(Position position) {
        Gpt gpt = gpt(config(0, true, position, true));
        int[] ids = ids(1, BLOCK, 1).data();
        int changed = 5;
        float[] before = gpt.logits(IntTensor.of(ids, 1, BLOCK), Pass.evaluation()).data().clone();
        ids[changed] = (ids[changed] + 1) % VOCAB;
        float[] after = gpt.logits(IntTensor.of(ids, 1, BLOCK), Pass.evaluation()).data();
        assertThat(Arrays.copyOf(after, changed * VOCAB)).isEqualTo(Arrays.copyOf(before, changed * VOCAB));
        for (int t = changed; t < BLOCK; t++) {
            assertThat(Arrays.copyOfRange(after, t * VOCAB, (t + 1) * VOCAB)).as("position " + t)
                    .isNotEqualTo(Arrays.copyOfRange(before, t * VOCAB, (t + 1) * VOCAB));
        }
    }

    /** Without a table, tokens that are all the same have the same values, whatever their weights. */
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "ROPE")
    void theSameTokenElsewhereHasOtherLogits(Position position) {
        float[] logits = gpt(config(0, true, position, true))
                .logits(IntTensor.of(new int[] {4, 4}, 1, 2), Pass.evaluation()).data();
        assertThat(Arrays.copyOfRange(logits, VOCAB, 2 * VOCAB)).isNotEqualTo(Arrays.copyOf(logits, VOCAB));
    }

    @Test
    void evaluationDropsNothing() {
        IntTensor ids = ids(2, BLOCK, 1);
        float[] with = gpt(config(0.5, true, Position.LEARNED, true)).logits(ids, Pass.evaluation()).data();
        float[] without = gpt(config()).logits(ids, Pass.evaluation()).data();
        assertThat(with).isEqualTo(without);
    }

    @Test
    void trainingDropsByItsRngAlone() {
        Gpt gpt = gpt(config(0.5, true, Position.LEARNED, true));
        IntTensor ids = ids(2, BLOCK, 1);
        float[] first = gpt.logits(ids, Pass.training(new Rng(1).at(3))).data();
        assertThat(gpt.logits(ids, Pass.training(new Rng(1).at(3))).data()).isEqualTo(first);
        assertThat(gpt.logits(ids, Pass.training(new Rng(1).at(4))).data()).isNotEqualTo(first);
    }

    @Test
    void aTiedTableGathersTheGradientsOfBothItsUses() {
        Gpt tied = gpt(config());
        Gpt untied = gpt(config(0, true, Position.LEARNED, false));
        float[] table = named(tied.namedParameters(), "transformer.wte.weight");
        System.arraycopy(table, 0, named(untied.namedParameters(), "lm_head.weight"), 0, table.length);
        IntTensor ids = ids(2, BLOCK, 1);
        IntTensor targets = ids(2, BLOCK, 2);
        tied.loss(ids, targets, Pass.evaluation()).backward();
        untied.loss(ids, targets, Pass.evaluation()).backward();
        float[] embedding = gradient(untied, "transformer.wte.weight");
        float[] head = gradient(untied, "lm_head.weight");
        float[] both = gradient(tied, "transformer.wte.weight");
        for (int i = 0; i < both.length; i++) {
            assertThat(both[i]).isCloseTo(embedding[i] + head[i], within(1e-6f));
        }
    }

    @ParameterizedTest
    @EnumSource(Position.class)
    void everyParameterHasAShareInTheLoss(Position position) {
        Gpt gpt = gpt(config(0, true, position, false));
        gpt.loss(ids(2, BLOCK, 1), ids(2, BLOCK, 2), Pass.evaluation()).backward();
        for (Parameter p : gpt.namedParameters()) {
            assertThat(p.tensor().grad()).as(p.name()).isNotNull();
            assertThat(norm(p.tensor().grad())).as(p.name()).isGreaterThan(0);
        }
    }

    @Test
    void lossInTrainingAndInEvaluationAreEqualWithoutDropout() {
        Gpt gpt = gpt(config());
        IntTensor ids = ids(2, BLOCK, 1);
        IntTensor targets = ids(2, BLOCK, 2);
        float training = gpt.loss(ids, targets, Pass.training(new Rng(1))).item();
        try (NoGrad off = NoGrad.open()) {
            assertThat(gpt.loss(ids, targets, Pass.evaluation()).item()).isEqualTo(training);
        }
    }

    @Test
    void aContextLongerThanTheBlockIsAnError() {
        assertThatThrownBy(() -> gpt(config()).logits(ids(1, BLOCK + 1, 1), Pass.evaluation()))
                .hasMessage("gpt: 9 tokens in (1, 9), a context holds 1 to 8 (block_size)");
    }

    @Test
    void idsOfAnotherRankAreAnError() {
        assertThatThrownBy(() -> gpt(config()).logits(IntTensor.of(new int[3], 3), Pass.evaluation()))
                .hasMessage("gpt: token ids must be (batch, time), found (3,)");
    }

    private static String meaning(List<Parameter> parameters, String name) {
        return parameters.stream().filter(p -> p.name().equals(name)).findFirst().orElseThrow().meaning();
    }

    private static List<String> namesAndShapes(Module module) {
        return module.namedParameters().stream().map(p -> p.name() + " " + p.tensor().shape()).toList();
    }

    private static float[] named(List<Parameter> parameters, String name) {
        return parameters.stream().filter(p -> p.name().equals(name)).findFirst().orElseThrow().tensor().data();
    }

    private static float[] gradient(Module module, String name) {
        return module.namedParameters().stream().filter(p -> p.name().equals(name)).findFirst().orElseThrow()
                .tensor().grad();
    }

    private static double std(Module module, String name) {
        float[] values = named(module.namedParameters(), name);
        return norm(values) / Math.sqrt(values.length);
    }

    private static double norm(float[] values) {
        double squares = 0;
        for (float value : values) {
            squares += value * value;
        }
        return Math.sqrt(squares);
    }
}
