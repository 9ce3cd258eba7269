package inkhorn.autograd.kernel.scalar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ErfTest {

    private static final double CLOSE = 1e-13;

    @Test
    void agreesWithCommonsMathToThirteenDigits() {
        for (double x = -6; x <= 6; x += 1.0 / 512) {
            double expected = org.apache.commons.math3.special.Erf.erf(x);
            assertThat(Erf.erf(x)).as("erf(%s)", x).isCloseTo(expected, within(CLOSE * Math.abs(expected)));
        }
    }

    @Test
    void theComplementAgreesRelativelyAlsoWhereItIsTiny() {
        for (double x = -6; x <= 20; x += 1.0 / 64) {
            double expected = org.apache.commons.math3.special.Erf.erfc(x);
            assertThat(Erf.erfc(x)).as("erfc(%s)", x).isCloseTo(expected, within(CLOSE * expected));
        }
    }

    @Test
    void isOddAndReachesItsLimits() {
        assertThat(Erf.erf(0)).isZero();
        assertThat(Erf.erf(-0.3)).isEqualTo(-Erf.erf(0.3));
        assertThat(Erf.erf(Double.POSITIVE_INFINITY)).isEqualTo(1);
        assertThat(Erf.erf(Double.NEGATIVE_INFINITY)).isEqualTo(-1);
        assertThat(Erf.erfc(Double.POSITIVE_INFINITY)).isZero();
        assertThat(Erf.erf(Double.NaN)).isNaN();
    }
}
