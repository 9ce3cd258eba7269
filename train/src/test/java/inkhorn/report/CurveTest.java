package inkhorn.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class CurveTest {

    @Test
    void betweenTwoPointsItIsTheStraightLine() {
        Curve curve = new Curve(new double[] {10, 20, 40}, new double[] {5, 3, 4});
        assertThat(curve.at(10)).isEqualTo(5);
        assertThat(curve.at(12.5)).isCloseTo(4.5, within(1e-12));
        assertThat(curve.at(35)).isCloseTo(3.75, within(1e-12));
        assertThat(curve.at(9)).isNaN();
        assertThat(curve.at(41)).isNaN();
    }

    @Test
    void aSmoothedLineIsTheSameLine() {
        double[] x = IntStream.range(0, 50).asDoubleStream().toArray();
        double[] falling = IntStream.range(0, 50).mapToDouble(i -> 3 - 0.02 * i).toArray();
        assertThat(new Curve(x, falling).smoothed(7).y()).containsExactly(falling, within(1e-12));
    }

    @Test
    void aSmoothedPointIsTheMeanOfThoseAroundIt() {
        Curve curve = new Curve(new double[] {1, 2, 3, 4, 5}, new double[] {9, 0, 3, 6, 1});
        assertThat(curve.smoothed(1).y()).containsExactly(new double[] {9, 4, 3, 10 / 3.0, 1}, within(1e-12));
    }

    @Test
    void aThinnedCurveKeepsItsSpikes() {
        double[] x = IntStream.range(0, 1000).asDoubleStream().toArray();
        double[] y = new double[1000];
        y[333] = 7;
        y[700] = -7;
        Curve thin = new Curve(x, y).thinned(100);
        assertThat(thin.size()).isLessThanOrEqualTo(100);
        assertThat(thin.at(333)).isEqualTo(7);
        assertThat(thin.at(700)).isEqualTo(-7);
    }
}
