package inkhorn.optim;

import static org.assertj.core.api.Assertions.assertThat;

import inkhorn.autograd.Scope;
import inkhorn.autograd.Shape;
import inkhorn.autograd.Tensor;
import inkhorn.nn.Parameter;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the registry says of an optimizer is what the optimizer does. */
class OptimizersTest {

    private final List<Parameter> parameters = List.of(new Parameter("matrix", Tensor.variable(Shape.of(3, 5))),
            new Parameter("vector", Tensor.variable(Shape.of(7))));

    @ParameterizedTest
    @EnumSource
    void anOptimizerKeepsTheMomentsOfTheRegistryForEveryParameter(Optimizers kind) {
        Optimizer optimizer = kind.create(parameters, Hyperparameters.DEFAULTS);
        assertThat(optimizer.kind()).isEqualTo(kind);
        assertThat(optimizer.state().keySet()).containsExactlyElementsOf(parameters.stream().map(Parameter::name)
                .flatMap(name -> kind.moments().stream().map(moment -> name + "." + moment)).toList());
    }

    @ParameterizedTest
    @EnumSource
    void itsMomentsAreCountedOnShapes(Optimizers kind) {
        try (Scope shapes = Scope.openOnShapes()) {
            kind.create(parameters, Hyperparameters.DEFAULTS);
            assertThat(shapes.permanentBytes()).isEqualTo(4L * (15 + 7) * kind.moments().size());
        }
    }
}
