package inkhorn.autograd.example;

import static org.assertj.core.api.Assertions.assertThat;

import inkhorn.autograd.GradCheck;
import inkhorn.autograd.Scope;
import inkhorn.autograd.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The worked example of docs/add-an-op.md. */
class SquaredReluTest {

    private static final Path PAGE = Path.of("..", "docs", "add-an-op.md");
    private static final Path SOURCE = Path.of("src", "test", "java", "inkhorn", "autograd", "example",
            "SquaredRelu.java");

    @Test
    void squaresWhatIsPositive() {
        assertThat(SquaredRelu.apply(Tensor.of(new float[] {-2, 0, 3})).data()).containsExactly(0, 0, 9);
    }

    @Test
    void gradientMatchesFiniteDifferences() {
        GradCheck.check("squared relu", x -> SquaredRelu.apply(x[0]),
                Tensor.variable(new float[] {-2, -1, 0.5f, 1, 3}));
    }

    @ParameterizedTest
    @ValueSource(ints = {16_384, 20_001})
    void valuesAndGradientsAreRightWhereArraysAreLongerThanTheirTensors(int size) {
        Tensor leaf = GradCheck.input(1, size);
        try (Scope scope = Scope.open()) {
            Tensor x = leaf.mul(2);
            Tensor y = SquaredRelu.apply(x);
            assertThat(x.data().length).as("length of a large array in a scope").isGreaterThan(size);
            assertThat(y.data().length).isGreaterThan(size);
            for (int i = 0; i < size; i++) {
                float positive = Math.max(2 * leaf.data()[i], 0);
                assertThat(y.data()[i]).as("element %d", i).isEqualTo(positive * positive);
            }
            y.sum().backward();
            for (int i = 0; i < size; i++) {
                assertThat(leaf.grad()[i]).as("gradient of element %d", i)
                        .isEqualTo(2 * 2 * Math.max(2 * leaf.data()[i], 0));
            }
        }
    }

    @Test
    void thePageShowsTheSourceAsItIs() throws IOException {
        assertThat(Files.readString(PAGE)).contains("```java\n" + Files.readString(SOURCE) + "```");
    }
}
