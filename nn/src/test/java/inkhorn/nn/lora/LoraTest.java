package inkhorn.nn.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import inkhorn.autograd.Backward;
import inkhorn.autograd.IntTensor;
import inkhorn.autograd.Rng;
import inkhorn.autograd.Tensor;
import inkhorn.autograd.kernel.Backend;
import inkhorn.autograd.kernel.KernelProvider;
import inkhorn.autograd.kernel.Kernels;
import inkhorn.autograd.kernel.RowNorm;
import inkhorn.autograd.kernel.Unary;
import inkhorn.nn.Activation;
import inkhorn.nn.Gpt;
import inkhorn.nn.GptConfig;
import inkhorn.nn.KeyValueCache;
import inkhorn.nn.LanguageModel;
import inkhorn.nn.Linear;
import inkhorn.nn.Parameter;
import inkhorn.nn.Pass;
import inkhorn.nn.config.InvalidConfigException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LoraTest {
    private static final int VOCAB = 11;
    private static final int TIME = 7;
    private static final GptConfig SMALL = GptConfig.defaults().withVocabSize(VOCAB).withBlockSize(TIME).withNLayer(2)
            .withNHead(3).withNEmbd(12).withBias(true);
    private static final LoraConfig LORA = new LoraConfig(3, 6.0, 0, List.of("c_attn", "c_proj", "c_fc"));

    static List<GptConfig> configs() {
        return List.of(SMALL, SMALL.withBias(false).withNorm(RowNorm.RMSNORM).withActivation(Activation.SWIGLU),
                SMALL.withActivation(Activation.GELU_TANH).withTieWeights(false).withNEmbd(48),
                SMALL.withActivation(Activation.RELU).withDropout(0.2));
    }

    /** Without the one whose activation has a kink. */
    static List<GptConfig> smoothConfigs() {
        return configs().subList(0, 3);
    }

    private static Gpt base(GptConfig config) {
        return new Gpt(config, new Rng(1));
    }

    private static Gpt drawn(GptConfig config, LoraConfig lora) {
        Gpt gpt = Lora.adapt(base(config), lora);
        Lora.draw(gpt, new Rng(2));
        return gpt;
    }

    /** As after a training: no B is 0. */
    private static Gpt trained(GptConfig config, LoraConfig lora) {
        Gpt gpt = drawn(config, lora);
        Rng rng = new Rng(3);
        int at = 0;
        for (Parameter p : Lora.parameters(gpt)) {
            for (int i = 0; i < p.tensor().size(); i++) {
                p.tensor().data()[i] += (float) (0.2 * rng.normal(at++));
            }
        }
        return gpt;
    }

    private static IntTensor ids(int batch, long seed) {
        Rng rng = new Rng(seed);
        return IntTensor.of(IntStream.range(0, batch * TIME).map(i -> (int) rng.below(VOCAB, i)).toArray(), batch,
                TIME);
    }

    private static float[] logits(LanguageModel model, Pass pass) {
        return model.logits(ids(2, 4), pass).data();
    }

    private static Map<String, float[]> gradients(LanguageModel model, boolean recomputes) {
        Tensor loss = model.loss(ids(2, 4), ids(2, 5), Pass.training(new Rng(6), recomputes));
        Backward.from(loss, Backward.Keep.NOTHING);
        Map<String, float[]> gradients = new LinkedHashMap<>();
        model.namedParameters().forEach(p -> gradients.put(p.name(), p.tensor().grad()));
        return gradients;
    }

    @ParameterizedTest
    @MethodSource("configs")
    void whatHasNotBeenTrainedHasTheBitsOfTheBase(GptConfig config) {
        for (Backend backend : Backend.ALL) {
            try (Kernels kernels = backend.create().apply(2); var here = KernelProvider.using(kernels)) {
                assertThat(logits(drawn(config, LORA), Pass.training(new Rng(1))))
                        .containsExactly(logits(base(config), Pass.training(new Rng(1))));
                assertThat(logits(drawn(config, LORA), Pass.evaluation()))
                        .containsExactly(logits(base(config), Pass.evaluation()));
            }
        }
    }

    /** relu(x · W + b + alpha / r · x · A · B), summed in doubles. */
    @Test
    void theTermIsAddedBeforeTheActivation() {
        Linear linear = new Linear(5, 4, true, Unary.RELU);
        LowRank term = new LowRank(5, 4, new LoraConfig(2, 3.0, 0, List.of("any")));
        linear.adapt(term);
        List<float[]> values = new ArrayList<>();
        for (Parameter p : linear.namedParameters()) {
            for (int i = 0; i < p.tensor().size(); i++) {
                p.tensor().data()[i] = (float) new Rng(values.size()).normal(i);
            }
            values.add(p.tensor().data());
        }
        assertThat(linear.namedParameters()).extracting(Parameter::name)
                .containsExactly("weight", "bias", "lora_A.weight", "lora_B.weight");
        float[] x = {1, -2, 0.5f, 3, -1};
        float[] y = linear.forward(Tensor.of(x, 1, 5), Pass.evaluation()).data();
        for (int out = 0; out < 4; out++) {
            double z = values.get(1)[out];
            for (int in = 0; in < 5; in++) {
                double change = 0;
                for (int k = 0; k < 2; k++) {
                    change += (double) values.get(2)[in * 2 + k] * values.get(3)[k * 4 + out];
                }
                z += x[in] * (values.get(0)[in * 4 + out] + 3.0 / 2 * change);
            }
            assertThat(y[out]).isEqualTo((float) Math.max(0, z), within(1e-5f));
        }
    }

    @ParameterizedTest
    @MethodSource("configs")
    void mergedAndUnmergedLogitsAgree(GptConfig config) {
        Gpt adapted = trained(config, LORA);
        float[] unmerged = logits(adapted, Pass.evaluation());
        LanguageModel merged = Lora.merged(adapted);
        assertThat(Lora.isAdapted(merged)).isFalse();
        assertThat(logits(merged, Pass.evaluation())).containsExactly(unmerged, within(1e-5f));
        assertThat(logits(base(config), Pass.evaluation())).isNotEqualTo(unmerged);
        assertThat(logits(adapted, Pass.evaluation())).containsExactly(unmerged);
    }

    @ParameterizedTest
    @MethodSource("configs")
    void onlyAdaptersGetGradients(GptConfig config) {
        Gpt adapted = trained(config, LORA);
        gradients(adapted, false).forEach((name, gradient) -> {
            if (name.contains("lora_")) {
                assertThat(gradient).as(name).isNotNull();
            } else {
                assertThat(gradient).as(name).isNull();
            }
        });
        assertThat(adapted.trainedCount()).isEqualTo(adapted.parameterCount() - base(config).parameterCount());
    }

    @ParameterizedTest
    @MethodSource("smoothConfigs")
    void gradientsOfAdaptersMatchFiniteDifferences(GptConfig config) {
        Gpt adapted = trained(config, new LoraConfig(3, 6.0, 0.3, List.of("c_attn", "c_proj", "c_fc")));
        Map<String, float[]> gradients = gradients(adapted, false);
        for (Parameter p : Lora.parameters(adapted)) {
            float[] values = p.tensor().data();
            float[] before = values.clone();
            double expected = 0;
            double[] direction = IntStream.range(0, p.tensor().size()).mapToDouble(new Rng(8)::normal).toArray();
            double[] losses = new double[2];
            double step = 1e-3;
            for (int side = 0; side < 2; side++) {
                for (int i = 0; i < direction.length; i++) {
                    values[i] = (float) (before[i] + (side == 0 ? step : -step) * direction[i]);
                }
                losses[side] = adapted.loss(ids(2, 4), ids(2, 5), Pass.training(new Rng(6))).item();
            }
            for (int i = 0; i < direction.length; i++) {
                expected += gradients.get(p.name())[i] * direction[i];
                values[i] = before[i];
            }
            assertThat((losses[0] - losses[1]) / (2 * step)).as(p.name())
                    .isEqualTo(expected, within(2e-3 + 0.02 * Math.abs(expected)));
        }
    }

    @ParameterizedTest
    @MethodSource("configs")
    void recomputedBlocksGiveTheSameBits(GptConfig config) {
        LoraConfig lora = new LoraConfig(2, 2.0, 0.1, List.of("c_fc", "c_attn"));
        Map<String, float[]> kept = gradients(trained(config, lora), false);
        Map<String, float[]> recomputed = gradients(trained(config, lora), true);
        kept.forEach((name, gradient) -> assertThat(recomputed.get(name)).as(name).isEqualTo(gradient));
    }

    /** What train.freeze stands on: a frozen parameter takes nothing from the gradients of the others. */
    @ParameterizedTest
    @MethodSource("configs")
    void gradientsBesideFrozenParametersAreThoseOfAnUnfrozenModel(GptConfig config) {
        Map<String, float[]> all = gradients(base(config), false);
        for (String frozen : List.of("transformer.w", "transformer.h.0", "transformer.h.1.attn.c_attn", "ln", "bias",
                "c_proj.weight", "transformer.h.1.mlp", "transformer.wte")) {
            for (boolean recomputes : new boolean[] {false, true}) {
                Gpt gpt = base(config);
                gpt.namedParameters().stream().filter(p -> p.name().contains(frozen))
                        .forEach(p -> p.tensor().freeze());
                gradients(gpt, recomputes).forEach((name, gradient) -> assertThat(gradient).as(name)
                        .isEqualTo(name.contains(frozen) ? null : all.get(name)));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("configs")
    void tokensOneByOneHaveTheBitsOfTheWholeText(GptConfig config) {
        Gpt adapted = trained(config, LORA);
        int[] text = ids(1, 9).data();
        for (Backend backend : Backend.ALL) {
            try (Kernels kernels = backend.create().apply(2); var here = KernelProvider.using(kernels)) {
                KeyValueCache cache = new KeyValueCache(config);
                for (int i = 0; i < TIME; i++) {
                    float[] one = adapted.logitsAfter(IntTensor.of(new int[] {text[i]}, 1, 1), cache).data();
                    float[] whole = adapted.logitsAt(IntTensor.of(IntStream.range(0, i + 1).map(t -> text[t])
                            .toArray(), 1, i + 1), new int[] {i}, Pass.evaluation()).data();
                    assertThat(one).containsExactly(whole);
                }
            }
        }
    }

    @Test
    void dropoutIsOfTrainingAlone() {
        LoraConfig dropping = new LoraConfig(3, 6.0, 0.5, LORA.targets());
        float[] without = logits(trained(SMALL, LORA), Pass.training(new Rng(1)));
        assertThat(logits(trained(SMALL, dropping), Pass.training(new Rng(1)))).isNotEqualTo(without);
        assertThat(logits(trained(SMALL, dropping), Pass.evaluation()))
                .containsExactly(logits(trained(SMALL, LORA), Pass.evaluation()));
    }

    @Test
    void aIsUniformByNameAndBIsZero() {
        Gpt one = drawn(SMALL.withNEmbd(48), LORA);
        Gpt other = drawn(SMALL.withNEmbd(48), new LoraConfig(3, 6.0, 0, List.of("c_fc", "c_attn")));
        Map<String, float[]> drawn = new LinkedHashMap<>();
        Lora.parameters(one).forEach(p -> drawn.put(p.name(), p.tensor().data()));
        for (Parameter p : Lora.parameters(other)) {
            float[] values = p.tensor().data();
            assertThat(values).isEqualTo(drawn.get(p.name()));
            double bound = 1 / Math.sqrt(p.tensor().shape().dim(0));
            if (p.name().endsWith("lora_B.weight")) {
                assertThat(values).containsOnly(0);
            } else {
                double square = IntStream.range(0, values.length).mapToDouble(i -> values[i] * values[i]).average()
                        .orElseThrow();
                assertThat(Math.sqrt(3 * square)).isBetween(0.85 * bound, 1.15 * bound);    // std is bound / √3
                for (float value : values) {
                    assertThat((double) value).isBetween(-bound, bound);
                }
            }
        }
    }

    @Test
    void targetsAreWhatTheArchitectureHas() {
        assertThat(Lora.targets(base(SMALL))).containsExactly("c_attn", "c_fc", "c_proj");
        Gpt swiglu = base(SMALL.withActivation(Activation.SWIGLU));
        assertThat(Lora.targets(swiglu)).containsExactly("c_attn", "c_fc", "c_gate", "c_proj");
        assertThat(Lora.parameters(Lora.adapt(swiglu, new LoraConfig(1, null, 0, List.of("c_gate")))))
                .extracting(Parameter::name).containsExactly("transformer.h.0.mlp.c_gate.lora_A.weight",
                        "transformer.h.0.mlp.c_gate.lora_B.weight", "transformer.h.1.mlp.c_gate.lora_A.weight",
                        "transformer.h.1.mlp.c_gate.lora_B.weight");
        assertThatThrownBy(() -> Lora.adapt(base(SMALL), new LoraConfig(1, null, 0, List.of("c_attn", "c_gate", "q"))))
                .hasMessage("found c_gate, q, expected names out of c_attn, c_fc, c_proj");
    }

    /**
     * Two thirds of 6N, as no gradient of a weight of the base is computed, some less for the first layer, and the
     * adapters' own.
     */
    @Test
    void flopsOfATokenLeaveGradientsOfFrozenWeightsOut() {
        GptConfig wide = SMALL.withNEmbd(192);
        double full = base(wide).flopsPerToken();
        double adapted = drawn(wide, LORA).flopsPerToken();
        assertThat(adapted).isBetween(0.6 * full, 0.7 * full);
    }

    @Test
    void valuesOutOfRangeAreRefused() {
        assertThatThrownBy(() -> new LoraConfig(-1, 0.0, 1, List.of()))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContainingAll("rank: found -1, expected a whole number >= 0",
                        "alpha: found 0.0, expected a number > 0", "dropout: found 1.0, expected a number >= 0 and < 1",
                        "targets: found nothing, expected names of modules");
        assertThat(new LoraConfig(8, null, 0, List.of("c_attn")).scale()).isEqualTo(1);
        assertThat(new LoraConfig(8, 16.0, 0, List.of("c_attn")).scale()).isEqualTo(2);
    }
}
