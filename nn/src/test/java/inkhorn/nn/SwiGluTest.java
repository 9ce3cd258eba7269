package inkhorn.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import inkhorn.autograd.Backward;
import inkhorn.autograd.GradCheck;
import inkhorn.autograd.Rng;
import inkhorn.autograd.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The gated layer against its definition in double. */
class SwiGluTest {

    private static final int ROWS = 3;
    private static final int CHANNELS = 5;
    private static final int HIDDEN = 7;
    private static final double STEP = 1e-5;

    private static FeedForward swiGlu(boolean bias) {
        FeedForward layer = Activation.SWIGLU.feedForward(GptConfig.defaults().withActivation(Activation.SWIGLU)
                .withNHead(1).withNEmbd(CHANNELS).withNInner(HIDDEN).withBias(bias));
        layer.namedParameters().forEach(p -> Initial.normal(p, 0.7, new Rng(3)));
        return layer;
    }

    /** (silu(x·W) ⊙ x·V)·W₂ with biases, 0 where there are none. */
    private static double[] definition(Map<String, double[]> values) {
        double[] x = values.get("x");
        double[] y = new double[ROWS * CHANNELS];
        double[] outBias = values.getOrDefault("c_proj.bias", new double[CHANNELS]);
        for (int row = 0; row < ROWS; row++) {
            System.arraycopy(outBias, 0, y, row * CHANNELS, CHANNELS);
            for (int h = 0; h < HIDDEN; h++) {
                double gate = values.getOrDefault("c_gate.bias", new double[HIDDEN])[h];
                double value = values.getOrDefault("c_fc.bias", new double[HIDDEN])[h];
                for (int c = 0; c < CHANNELS; c++) {
                    gate += x[row * CHANNELS + c] * values.get("c_gate.weight")[c * HIDDEN + h];
                    value += x[row * CHANNELS + c] * values.get("c_fc.weight")[c * HIDDEN + h];
                }
                double gated = gate / (1 + Math.exp(-gate)) * value;
                for (int c = 0; c < CHANNELS; c++) {
                    y[row * CHANNELS + c] += gated * values.get("c_proj.weight")[h * CHANNELS + c];
                }
            }
        }
        return y;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void valueAndGradientsAreThoseOfTheDefinition(boolean bias) {
        FeedForward layer = swiGlu(bias);
        Tensor x = GradCheck.input(1, ROWS, CHANNELS);
        float[] dy = GradCheck.input(2, ROWS, CHANNELS).data();
        Map<String, Tensor> tensors = new LinkedHashMap<>(Map.of("x", x));
        layer.namedParameters().forEach(p -> tensors.put(p.name(), p.tensor()));
        Map<String, double[]> values = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> values.put(name, doubles(tensor.data())));

        Tensor y = layer.forward(x, Pass.evaluation());
        assertThat(doubles(y.data())).containsExactly(definition(values), within(1e-5));
        Backward.from(y, dy.clone(), Backward.Keep.NOTHING);
        tensors.forEach((name, tensor) -> {
            double[] moved = values.get(name);
            for (int i = 0; i < moved.length; i++) {
                double at = moved[i];
                moved[i] = at + STEP;
                double ahead = dot(definition(values), dy);
                moved[i] = at - STEP;
                double behind = dot(definition(values), dy);
                moved[i] = at;
                assertThat((double) tensor.grad()[i]).as("%s, element %d", name, i)
                        .isCloseTo((ahead - behind) / (2 * STEP), within(2e-5));
            }
        });
    }

    @Test
    void gradientsOfTheInputMatchFiniteDifferences() {
        FeedForward layer = swiGlu(true);
        GradCheck.check("swiglu", t -> layer.forward(t[0], Pass.evaluation()), GradCheck.input(4, 2, 3, CHANNELS));
    }

    @ParameterizedTest
    @CsvSource({"24, 64", "25, 128", "128, 384", "384, 1024", "768, 2048", "4096, 10944"})
    void theDefaultWidthIsEightThirdsRoundedUpToAMultipleOf64(int channels, int width) {
        GptConfig config = GptConfig.defaults().withNHead(1).withNEmbd(channels).withActivation(Activation.SWIGLU);
        assertThat(config.hiddenWidth()).isEqualTo(width);
        assertThat(config.withNInner(width)).isEqualTo(config);
        assertThat(config.withNInner(9).hiddenWidth()).isEqualTo(9);
        assertThat(Activation.SWIGLU.feedForward(config).namedParameters())
                .extracting(p -> p.name() + " " + p.tensor().shape()).containsExactly(
                        "c_gate.weight (" + channels + ", " + width + ")",
                        "c_fc.weight (" + channels + ", " + width + ")",
                        "c_proj.weight (" + width + ", " + channels + ")");
    }

    private static double[] doubles(float[] values) {
        return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
    }

    private static double dot(double[] a, float[] b) {
        return IntStream.range(0, a.length).mapToDouble(i -> a[i] * b[i]).sum();
    }
}
