package inkhorn.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import inkhorn.autograd.Rng;
import inkhorn.autograd.Scope;
import inkhorn.autograd.Shape;
import inkhorn.autograd.Tensor;
import inkhorn.nn.Parameter;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What holds of every optimizer; and what the registry says of one is what it does. */
class OptimizersTest {

    private final Parameter matrix = parameter("matrix", 3, 5);
    private final Parameter vector = parameter("vector", 7);
    /** Two matrices of a layer side by side. */
    private final Parameter layer = layer("layer", 5, 3, 2);
    private final List<Parameter> all = List.of(matrix, vector, layer);

    @ParameterizedTest
    @EnumSource
    void anOptimizerKeepsTheMomentsOfTheRegistryForEveryParameter(Optimizers kind) {
        Optimizer optimizer = kind.create(all, kind.defaults());
        assertThat(optimizer.state().keySet()).containsExactlyElementsOf(all.stream()
                .flatMap(p -> kind.moments(p).stream().map(moment -> p.name() + "." + moment)).toList());
    }

    @ParameterizedTest
    @EnumSource
    void itsMomentsAreCountedOnShapes(Optimizers kind) {
        try (Scope shapes = Scope.openOnShapes()) {
            kind.create(all, kind.defaults());
            assertThat(shapes.permanentBytes()).isEqualTo(4L * all.stream()
                    .mapToInt(p -> p.tensor().size() * kind.moments(p).size()).sum());
        }
    }

    @ParameterizedTest
    @EnumSource
    void onlyTensorsOfRankTwoAndMoreDecay(Optimizers kind) {
        float matrixBefore = matrix.tensor().data()[0];
        float vectorBefore = vector.tensor().data()[0];
        float layerBefore = layer.tensor().data()[4];
        for (Parameter p : all) {
            p.tensor().gradSlot();
        }
        kind.create(all, new Hyperparameters(0.9, 0.95, 1e-8, 0.1)).step(0.5, 1);
        assertThat(matrix.tensor().data()[0]).isCloseTo(matrixBefore * (1 - 0.5f * 0.1f), within(1e-6f));
        assertThat(layer.tensor().data()[4]).isCloseTo(layerBefore * (1 - 0.5f * 0.1f), within(1e-6f));
        assertThat(vector.tensor().data()[0]).isEqualTo(vectorBefore);
    }

    /** Without gradients only the decay moves weights. */
    @ParameterizedTest
    @EnumSource
    void aGroupHasItsOwnDecayAndAShareOfTheLearningRate(Optimizers kind) {
        float matrixBefore = matrix.tensor().data()[0];
        float vectorBefore = vector.tensor().data()[0];
        float layerBefore = layer.tensor().data()[4];
        for (Parameter p : all) {
            p.tensor().gradSlot();
        }
        kind.create(all, new Hyperparameters(0.9, 0.95, 1e-8, 0.1), Map.of("layer", new ParameterGroup(0.25, null),
                "vector", new ParameterGroup(1, 0.3))).step(0.5, 1);
        assertThat(layer.tensor().data()[4]).isCloseTo(layerBefore * (1 - 0.125f * 0.1f), within(1e-6f));
        assertThat(vector.tensor().data()[0]).isCloseTo(vectorBefore * (1 - 0.5f * 0.3f), within(1e-6f));
        assertThat(matrix.tensor().data()[0]).isCloseTo(matrixBefore * (1 - 0.5f * 0.1f), within(1e-6f));
    }

    @ParameterizedTest
    @EnumSource
    void halfTheLearningRateInAGroupIsHalfTheLearningRate(Optimizers kind) {
        float[] before = layer.tensor().data().clone();
        fillGradient(layer, 1);
        kind.create(all, kind.defaults(), Map.of("layer", new ParameterGroup(0.5, null))).step(0.5, 1);
        float[] ofGroup = layer.tensor().data().clone();
        System.arraycopy(before, 0, layer.tensor().data(), 0, before.length);
        kind.create(all, kind.defaults()).step(0.25, 1);
        assertThat(layer.tensor().data()).isEqualTo(ofGroup);
    }

    @ParameterizedTest
    @EnumSource
    void aParameterWithoutGradientStays(Optimizers kind) {
        float[] before = vector.tensor().data().clone();
        fillGradient(matrix, 1);
        kind.create(all, kind.defaults()).step(0.5, 1);
        assertThat(vector.tensor().data()).isEqualTo(before);
    }

    @ParameterizedTest
    @EnumSource
    void aStepLeavesTheGradientsAndZeroGradForgetsThem(Optimizers kind) {
        fillGradient(matrix, 1);
        fillGradient(vector, 1);
        fillGradient(layer, 1);
        float[] gradient = matrix.tensor().grad().clone();
        float[] ofLayer = layer.tensor().grad().clone();
        Optimizer optimizer = kind.create(all, kind.defaults());
        optimizer.step(0.5, 0.5);
        assertThat(matrix.tensor().grad()).isEqualTo(gradient);
        assertThat(layer.tensor().grad()).isEqualTo(ofLayer);
        optimizer.zeroGrad();
        assertThat(all).allMatch(p -> p.tensor().grad() == null);
    }

    @ParameterizedTest
    @EnumSource
    void aRestoredOptimizerGoesOnWithTheSameBits(Optimizers kind) {
        Optimizer straight = kind.create(all, kind.defaults());
        trainFrom(straight, 1, 3);
        float[] matrixThen = matrix.tensor().data().clone();
        float[] vectorThen = vector.tensor().data().clone();
        float[] layerThen = layer.tensor().data().clone();
        Map<String, Tensor> saved = copy(straight.state());
        trainFrom(straight, 4, 6);
        float[] expected = matrix.tensor().data().clone();
        float[] expectedOfLayer = layer.tensor().data().clone();

        System.arraycopy(matrixThen, 0, matrix.tensor().data(), 0, matrixThen.length);
        System.arraycopy(vectorThen, 0, vector.tensor().data(), 0, vectorThen.length);
        System.arraycopy(layerThen, 0, layer.tensor().data(), 0, layerThen.length);
        Optimizer resumed = kind.create(all, kind.defaults());
        resumed.restore(saved, 3);
        trainFrom(resumed, 4, 6);
        assertThat(matrix.tensor().data()).isEqualTo(expected);
        assertThat(layer.tensor().data()).isEqualTo(expectedOfLayer);
        assertThat(resumed.steps()).isEqualTo(6);
    }

    private void trainFrom(Optimizer optimizer, int first, int last) {
        for (int step = first; step <= last; step++) {
            fillGradient(matrix, step);
            fillGradient(vector, step);
            fillGradient(layer, step);
            optimizer.step(1e-2, 1);
        }
    }

    static Map<String, Tensor> copy(Map<String, Tensor> state) {
        Map<String, Tensor> copy = new LinkedHashMap<>();
        state.forEach((name, tensor) -> copy.put(name, Tensor.of(tensor.data().clone(), tensor.shape().dims())));
        return copy;
    }

    /** Of normal random numbers. */
    static Parameter parameter(String name, int... dims) {
        Tensor tensor = Tensor.variable(new float[Shape.of(dims).size()], dims);
        for (int i = 0; i < tensor.size(); i++) {
            tensor.data()[i] = (float) new Rng(1).normal(i);
        }
        return new Parameter(name, tensor, "");
    }

    /** Matrices side by side, of normal random numbers. */
    static Parameter layer(String name, int rows, Integer... columns) {
        int width = Arrays.stream(columns).mapToInt(Integer::intValue).sum();
        return new Parameter(name, parameter(name, rows, width).tensor(), "", List.of(columns));
    }

    /** With normal random numbers, others for each step. */
    static void fillGradient(Parameter parameter, int step) {
        parameter.tensor().zeroGrad();
        float[] gradient = parameter.tensor().gradSlot().array();
        for (int i = 0; i < gradient.length; i++) {
            gradient[i] = (float) new Rng(2).at(step).normal(i);
        }
    }
}
