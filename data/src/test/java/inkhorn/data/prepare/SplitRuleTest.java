package inkhorn.data.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import inkhorn.data.DataException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SplitRuleTest {
    @Test
    void tenPercentIsNanoGptsIntOfNineTenths() {
        for (int n = 1; n < 200_000; n++) {
            assertThat(SplitRule.trainCharacters(n, 0.1)).isEqualTo((int) (n * 0.9));
        }
        assertThat(SplitRule.trainCharacters(1_115_394, 0.1)).isEqualTo(1_003_854);
    }

    @Test
    void fractionIsTakenAsTheDecimalTheUserWrote() {
        assertThat(SplitRule.trainCharacters(10, 0.9)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 1, -0.1, 1.5, Double.NaN})
    void fractionOutOfRangeIsRefused(double fraction) {
        assertThatThrownBy(() -> SplitRule.trainCharacters(10, fraction)).isInstanceOf(DataException.class)
                .hasMessage("data.val_fraction: " + fraction
                + " is out of range; allowed: above 0 and below 1, such as 0.1");
    }
}
