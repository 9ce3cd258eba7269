package inkhorn.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class TextChartTest {

    private static final double[] X = {1e-4, 1e-3, 1e-2};

    @Test
    void aCurveGoesFromTheTopLeftToTheBottomRightWithItsNumbers() {
        String[] lines = TextChart.draw(X, new double[] {4, 3, 2}, 9, false).split("\n");
        assertThat(lines).hasSize(13);
        assertThat(lines[0]).startsWith("    4.000 *");
        assertThat(lines[11]).startsWith("    2.000 ").endsWith("*");
        assertThat(lines[12]).startsWith("          1e-04").contains(" 1e-03 ").endsWith("1e-02");
    }

    @Test
    void whatIsAboveTheMostIsCut() {
        String[] lines = TextChart.draw(X, new double[] {4, 2, 100}, 5, false).split("\n");
        assertThat(lines[0]).startsWith("    5.000 ").endsWith("*");
    }

    @Test
    void dotsAreOfBraille() {
        assertThat(TextChart.draw(X, new double[] {1, 1, 1}, 9, true)).containsPattern("[\u2801-\u28ff]{64}");
    }
}
