package inkhorn.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ByteProgressLineTest {

    @ParameterizedTest
    @CsvSource({"0, BYTE", "99999, BYTE", "100000, KILOBYTE", "1115394, KILOBYTE", "99999999, KILOBYTE",
        "100000000, MEGABYTE"})
    void theUnitIsOneOfWhichTheTotalIsAtLeastAHundred(long total, ByteProgressLine.Unit unit) {
        assertThat(ByteProgressLine.Unit.of(total)).isEqualTo(unit);
    }
}
