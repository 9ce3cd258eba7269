package inkhorn.autograd.example;

import static org.assertj.core.api.Assertions.assertThat;

import inkhorn.autograd.GradCheck;
import inkhorn.autograd.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The worked example of docs/add-an-op.md. */
class SquaredReluTest {

    private static final Path PAGE = Path.of("..", "docs", "add-an-op.md");
    private static final Path SOURCE = Path.of("src", "test", "java", "inkhorn", "autograd", "example", "SquaredRelu.java");

    @Test
    void squaresWhatIsPositive() {
        assertThat(SquaredRelu.apply(Tensor.of(new float[] {-2, 0, 3})).data()).containsExactly(0, 0, 9);
    }

    @Test
    void gradientMatchesFiniteDifferences() {
        GradCheck.check("squared relu", x -> SquaredRelu.apply(x[0]), Tensor.variable(new float[] {-2, -1, 0.5f, 1, 3}));
    }

    @Test
    void thePageShowsTheSourceAsItIs() throws IOException {
        assertThat(Files.readString(PAGE)).contains("```java\n" + Files.readString(SOURCE) + "```");
    }
}
