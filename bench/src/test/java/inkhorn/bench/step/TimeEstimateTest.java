package inkhorn.bench.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import inkhorn.bench.ModelCase;
import inkhorn.bench.step.Engine.Build;
import inkhorn.bench.step.Engine.Setting;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class TimeEstimateTest {

    private static final List<ModelCase> CHAR = List.of(ModelCase.named("char"));
    private static final List<ModelCase> GPT2 = List.of(ModelCase.named("gpt2"));

    @Test
    void aModelThatTookTwiceAsLongAsExpectedDoublesWhatIsLeft() {
        TimeEstimate estimate = estimate(300, List.of(Setting.values()));
        double expected = estimate.secondsLeft(CHAR, List.of(), 0);
        double twice = estimate.secondsLeft(GPT2, CHAR, 2 * expected);
        assertThat(twice).isCloseTo(2 * estimate.secondsLeft(GPT2, List.of(), 0), within(1e-6));
    }

    @Test
    void theLimitOfRoundsShortensTheLongestModel() {
        List<ModelCase> longest = List.of(ModelCase.named("char-64"));
        assertThat(estimate(60, List.of(Setting.DEFAULT)).secondsLeft(longest, List.of(), 0))
                .isLessThan(estimate(1e6, List.of(Setting.DEFAULT)).secondsLeft(longest, List.of(), 0) - 60);
    }

    @Test
    void searchingSettingsTakesTime() {
        assertThat(estimate(300, List.of(Setting.values())).secondsLeft(CHAR, List.of(), 0))
                .isGreaterThan(estimate(300, List.of(Setting.PASSIVE)).secondsLeft(CHAR, List.of(), 0) + 30);
    }

    private static TimeEstimate estimate(double roundSeconds, List<Setting> settings) {
        StepOptions options = new StepOptions(Path.of("."), Path.of("java"), "bench.jar", List.of(), 2, 15,
                roundSeconds, 1, new StepOptions.Warmup(3, 12), false, 30);
        return new TimeEstimate(options,
                new Comparison.Lineup(List.of(Build.values()), settings, Map.of(), true, true, true));
    }
}
