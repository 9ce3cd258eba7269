package inkhorn.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import inkhorn.autograd.Tensor;
import inkhorn.nn.Parameter;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WeightAverageTest {

    private final Parameter matrix = OptimizersTest.parameter("matrix", 300, 50);
    private final Parameter vector = OptimizersTest.parameter("vector", 7);
    private final List<Parameter> both = List.of(matrix, vector);

    /** The decay rises from 1/10 over 2/11, 3/12, ... to 0.3, which it has from the fourth update on. */
    @Test
    void itIsTheDefinitionInDoubleArithmetic() {
        double expected = vector.tensor().data()[3];
        double[] decays = {1.0 / 10, 2.0 / 11, 3.0 / 12, 0.3, 0.3, 0.3};
        WeightAverage average = new WeightAverage(both, 0.3);
        for (int t = 0; t < decays.length; t++) {
            moveWeights(t);
            average.update(t);
            expected = decays[t] * expected + (1 - decays[t]) * vector.tensor().data()[3];
            assertThat((double) average.others().get("vector").data()[3]).isCloseTo(expected, within(1e-6));
        }
    }

    @Test
    void inPlaceTheParametersHoldItAndAfterwardsTheWeightsAgain() {
        WeightAverage average = new WeightAverage(both, 0.9);
        moveWeights(0);
        average.update(100);
        float[] weights = matrix.tensor().data().clone();
        float[] averaged = average.others().get("matrix").data().clone();
        try (WeightAverage.InPlace shown = average.inPlace()) {
            assertThat(matrix.tensor().data()).isEqualTo(averaged).isNotEqualTo(weights);
            assertThat(average.others().get("matrix").data()).isEqualTo(weights);
        }
        assertThat(matrix.tensor().data()).isEqualTo(weights);
        assertThat(average.others().get("matrix").data()).isEqualTo(averaged);
    }

    @Test
    void frozenParametersHaveNone() {
        matrix.tensor().freeze();
        assertThat(new WeightAverage(both, 0.9).others()).containsOnlyKeys("vector");
    }

    @Test
    void weightsOfAnotherModelAreRefused() {
        WeightAverage average = new WeightAverage(both, 0.9);
        Tensor wrong = Tensor.zeros(8);
        assertThatThrownBy(() -> average.restore(Map.of("matrix", matrix.tensor(), "vector", wrong)))
                .hasMessageContaining("vector is (8,)");
        assertThatThrownBy(() -> average.restore(Map.of("vector", vector.tensor())))
                .hasMessageContaining("matrix is missing");
    }

    private void moveWeights(int step) {
        for (Parameter p : both) {
            OptimizersTest.fillGradient(p, step);
            for (int i = 0; i < p.tensor().size(); i++) {
                p.tensor().data()[i] += p.tensor().grad()[i];
            }
        }
    }
}
