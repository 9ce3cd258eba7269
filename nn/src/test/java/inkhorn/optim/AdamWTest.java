package inkhorn.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import inkhorn.autograd.Tensor;
import inkhorn.nn.Parameter;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AdamWTest {

    private static final Hyperparameters HYPER = new Hyperparameters(0.9, 0.95, 1e-8, 0.1);

    private final Parameter matrix = OptimizersTest.parameter("matrix", 3, 5);
    private final Parameter vector = OptimizersTest.parameter("vector", 7);
    private final List<Parameter> both = List.of(matrix, vector);

    @Test
    void stepsEqualTheDefinitionInDoubleArithmetic() {
        Definition expected = new Definition(matrix, 0.1);
        AdamW adamW = new AdamW(List.of(matrix), HYPER);
        for (int step = 1; step <= 20; step++) {
            OptimizersTest.fillGradient(matrix, step);
            // A scale that stayed the same would cancel between mean and root of squares.
            expected.step(step, 1e-2 / step, 1.0 / step);
            adamW.step(1e-2 / step, 1.0 / step);
        }
        for (int i = 0; i < expected.w.length; i++) {
            assertThat((double) matrix.tensor().data()[i]).isCloseTo(expected.w[i], within(2e-6));
        }
    }

    @Test
    void theStateIsNamedAsTorchNamesIt() {
        Map<String, Tensor> state = new AdamW(both, HYPER).state();
        assertThat(state.keySet()).containsExactly(
                "matrix.exp_avg", "matrix.exp_avg_sq", "vector.exp_avg", "vector.exp_avg_sq");
        assertThat(state.get("matrix.exp_avg_sq").shape()).isEqualTo(matrix.tensor().shape());
    }

    @Test
    void aStateThatDoesNotFitIsListedWholeAndChangesNothing() {
        AdamW adamW = new AdamW(both, HYPER);
        Map<String, Tensor> saved = OptimizersTest.copy(adamW.state());
        saved.values().forEach(tensor -> tensor.data()[0] = 9);
        saved.remove("matrix.exp_avg");
        saved.put("vector.exp_avg_sq", Tensor.zeros(2));
        saved.put("stranger.exp_avg", Tensor.zeros(2));
        assertThatThrownBy(() -> adamW.restore(saved, -1)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("optimizer state does not fit the model; matrix.exp_avg is missing; "
                        + "vector.exp_avg_sq is (2,) where (7,) is needed; stranger.exp_avg is unexpected; "
                        + "the number of steps is negative: -1");
        assertThat(adamW.state().get("vector.exp_avg").data()).containsOnly(0);
    }

    @Test
    void hyperparametersOutOfRangeAreNamed() {
        assertThatThrownBy(() -> new Hyperparameters(0.9, 1, 1e-8, 0))
                .hasMessage("beta1 and beta2 must be at least 0 and below 1, found 0.9 and 1.0");
        assertThatThrownBy(() -> new Hyperparameters(0.9, 0.95, 1e-8, -1))
                .hasMessage("eps must be above 0 and weight_decay at least 0, found 1.0E-8 and -1.0");
    }

    /**
     * Algorithm 2 of Loshchilov and Hutter 2019, as torch.optim.AdamW: the decay is multiplied by the learning rate.
     */
    private static final class Definition {
        private final Parameter parameter;
        private final double decay;
        private final double[] w;
        private final double[] m;
        private final double[] v;

        Definition(Parameter parameter, double decay) {
            this.parameter = parameter;
            this.decay = decay;
            int n = parameter.tensor().size();
            w = new double[n];
            m = new double[n];
            v = new double[n];
            for (int i = 0; i < n; i++) {
                w[i] = parameter.tensor().data()[i];
            }
        }

        void step(int t, double lr, double gradientScale) {
            for (int i = 0; i < w.length; i++) {
                double g = gradientScale * parameter.tensor().grad()[i];
                m[i] = 0.9 * m[i] + 0.1 * g;
                v[i] = 0.95 * v[i] + 0.05 * g * g;
                double mean = m[i] / (1 - Math.pow(0.9, t));
                double square = v[i] / (1 - Math.pow(0.95, t));
                w[i] -= lr * decay * w[i];
                w[i] -= lr * mean / (Math.sqrt(square) + 1e-8);
            }
        }
    }
}
