package inkhorn.bench.learn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class LearnResultTest {

    private final LearnResult result = new LearnResult();

    @BeforeEach
    void twoEngines() {
        result.add(line("inkhorn", 100, 10, 1.7));
        result.add(line("inkhorn", 200, 20, 1.54));
        result.add(line("inkhorn", 300, 30, 1.56));
        result.add(line("torch-MKL", 100, 40, 1.65));
        result.add(line("torch-MKL", 200, 80, 1.59));
    }

    @Test
    void aLossCountsWhenItIsFirstReached() {
        assertThat(result.reached("inkhorn", 1.55)).hasValueSatisfying(line -> assertThat(line.step()).isEqualTo(200));
        assertThat(result.reached("torch-MKL", 1.55)).isEmpty();
    }

    @Test
    void theTableHasTheTimesAndTheirRatio() {
        assertThat(result.markdown(List.of(1.60, 1.55)).lines().toList()).hasSize(5)
                .contains("| inkhorn | 300 | 30.0 | 2.0 | 1.5 | 1.5600 | 1.5400 | 20.0 (step 200) | 20.0 (step 200) |",
                        "| ratio | | | | | | | **0.25** | |")
                .anyMatch(row -> row.endsWith("| 80.0 (step 200) | never |"));
    }

    @Test
    void theCsvHasEveryLineAndThePictureBothNames() {
        assertThat(result.csv()).hasLineCount(6).contains("torch-MKL,200,80.000,2.000,1.500,1.000000,1.590000");
        assertThat(result.svg()).startsWith("<svg").contains("Inkhorn", "libtorch with MKL", "seconds of training");
    }

    private static LearnLine line(String engine, long step, double seconds, double loss) {
        return new LearnLine(engine, step, seconds, 2, 1.5, 1, loss, "a machine");
    }
}
