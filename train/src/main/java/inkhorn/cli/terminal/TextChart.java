package inkhorn.cli.terminal;

import java.util.Arrays;
import java.util.Locale;

/** A curve as lines of text: of Braille's dots, two wide and four high in each letter, or of stars. */
public final class TextChart {

    private static final int WIDTH = 64;
    private static final int HEIGHT = 12;
    private static final int ACROSS = 2;
    private static final int DOWN = 4;
    private static final int BRAILLE = 0x2800;
    /** The bit of each dot, by row and column. */
    private static final int[][] DOTS = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};

    private TextChart() {
    }

    /**
     * Draws a curve over numbers that rise by equal factors.
     *
     * @param x    in order, above 0
     * @param y    one for each, finite
     * @param most what y is cut at
     */
    public static String overDecades(double[] x, double[] y, double most) {
        return draw(x, y, most, Sparkline.isShown());
    }

    static String draw(double[] x, double[] y, double most, boolean hasBraille) {
        double low = Arrays.stream(y).min().orElse(0);
        double high = Math.max(Math.min(most, Arrays.stream(y).max().orElse(1)), Math.nextUp(low));
        int[][] cells = new int[HEIGHT][WIDTH];
        int before = -1;
        for (int column = 0; column < WIDTH * ACROSS; column++) {
            double at = (double) column / (WIDTH * ACROSS - 1) * (y.length - 1);
            int left = (int) Math.min(y.length - 1, Math.floor(at));
            double value = y[left] + (at - left) * (y[Math.min(left + 1, y.length - 1)] - y[left]);
            double share = Math.min(1, (value - low) / (high - low));
            int row = (int) Math.round((1 - share) * (HEIGHT * DOWN - 1));
            // A steep curve has no gaps.
            int from = before < 0 ? row : row > before ? before + 1 : row < before ? before - 1 : row;
            for (int r = Math.min(from, row); r <= Math.max(from, row); r++) {
                cells[r / DOWN][column / ACROSS] |= DOTS[r % DOWN][column % ACROSS];
            }
            before = row;
        }
        StringBuilder out = new StringBuilder();
        for (int row = 0; row < HEIGHT; row++) {
            double value = high - (high - low) * row / (HEIGHT - 1);
            boolean isNamed = row % 3 == 0 || row == HEIGHT - 1;
            out.append(isNamed ? String.format(Locale.ROOT, "%9.3f ", value) : " ".repeat(10));
            for (int cell : cells[row]) {
                out.append(hasBraille ? (char) (BRAILLE + cell) : cell == 0 ? ' ' : '*');
            }
            out.append('\n');
        }
        String first = String.format(Locale.ROOT, "%.0e", x[0]);
        String middle = String.format(Locale.ROOT, "%.0e", Math.sqrt(x[0] * x[x.length - 1]));
        String last = String.format(Locale.ROOT, "%.0e", x[x.length - 1]);
        int gap = WIDTH / 2 - first.length() - middle.length() / 2;
        int rest = WIDTH - first.length() - gap - middle.length() - last.length();
        return out.append(" ".repeat(10)).append(first).append(" ".repeat(gap)).append(middle).append(" ".repeat(rest))
                .append(last).append('\n').toString();
    }
}
