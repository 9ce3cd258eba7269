package inkhorn.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import inkhorn.nn.Parameter;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LionTest {

    /** With the default decay rates, without a mean in the update (signed descent), and on several ranges of a loop. */
    @ParameterizedTest
    @CsvSource({"0.9, 0.99, 15", "0, 0, 15", "0.9, 0.99, 40003"})
    void stepsEqualTheDefinitionInDoubleArithmetic(double beta1, double beta2, int size) {
        Parameter matrix = OptimizersTest.parameter("matrix", 1, size);
        double[] w = new double[size];
        double[] m = new double[size];
        for (int i = 0; i < size; i++) {
            w[i] = matrix.tensor().data()[i];
        }
        Optimizer lion = Optimizers.LION.create(List.of(matrix), new Hyperparameters(beta1, beta2, 1, 0.3));
        for (int step = 1; step <= 5; step++) {
            OptimizersTest.fillGradient(matrix, step);
            double lr = 1e-2 / step;
            double clip = 1.0 / step;    // one that stayed the same would not change a sign
            lion.step(lr, clip);
            for (int i = 0; i < size; i++) {
                double g = clip * matrix.tensor().grad()[i];
                double update = Math.signum(beta1 * m[i] + (1 - beta1) * g);
                w[i] -= lr * (update + 0.3 * w[i]);
                m[i] = beta2 * m[i] + (1 - beta2) * g;
            }
        }
        float[] mean = lion.state().get("matrix.exp_avg").data();
        for (int i = 0; i < size; i++) {
            assertThat((double) matrix.tensor().data()[i]).as("weight %d", i).isCloseTo(w[i], within(2e-6));
            assertThat((double) mean[i]).as("mean %d", i).isCloseTo(m[i], within(2e-6));
        }
    }
}
