package inkhorn.report;

import static org.assertj.core.api.Assertions.assertThat;

import inkhorn.train.LrRangeTest.Outcome;
import inkhorn.train.LrRangeTest.Point;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** What a range test suggests, on losses that are known. */
final class LrCurveTest {

    @Test
    void theSteepestDescentAndTheMinimumAreFound() {
        // Falls as a logistic curve around 1e-3, whose slope is steepest there, and rises from 1e-1 on.
        LrCurve curve = curve(log -> 4 - 2 / (1 + Math.exp(-4 * (log + 3))) + 8 * Math.max(0, log + 1));
        assertThat(Math.log10(curve.steepest().orElseThrow())).isCloseTo(-3, Offset.offset(0.05));
        assertThat(Math.log10(curve.minimum().orElseThrow())).isCloseTo(-1, Offset.offset(0.3));
        assertThat(curve.minimumTenth().orElseThrow()).isEqualTo(curve.minimum().orElseThrow() / 10);
        assertThat(curve.isStillFalling()).isFalse();
    }

    @Test
    void aLossThatOnlyRisesSuggestsNothing() {
        LrCurve curve = curve(log -> 4 + Math.max(0, log + 3));
        assertThat(curve.steepest()).isEmpty();
        assertThat(curve.minimum()).isEmpty();
    }

    @Test
    void aLossThatFallsToTheEndSaysSo() {
        assertThat(curve(log -> -log).isStillFalling()).isTrue();
    }

    private static LrCurve curve(DoubleUnaryOperator lossAt) {
        List<Point> points = IntStream.range(0, 201)
                .mapToObj(i -> new Point(i + 1, Math.pow(10, -6 + i * 0.03), lossAt.applyAsDouble(-6 + i * 0.03)))
                .toList();
        return LrCurve.of(new Outcome(points, false));
    }
}
