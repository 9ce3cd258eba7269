package inkhorn.inspect;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.geom.AffineTransform;
import java.util.List;
import java.util.Locale;

/**
 * One table as coloured squares.
 *
 * @param values  rows from top to bottom; what is not finite is masked
 * @param rows    labels to the left, or empty for none
 * @param columns labels above, or empty for none
 * @param cell    pixels of a square's side
 */
record HeatMap(String title, double[][] values, List<String> rows, List<String> columns, ColourScale scale, int cell) {
    /** Pixels between two labels' base lines at least. */
    private static final int LABEL = 13;
    private static final int BAR = 12;

    int width() {
        return values[0].length * cell;
    }

    int height() {
        return values.length * cell;
    }

    /** At (x, y) the squares begin; labels and title stand outside. */
    void draw(Graphics2D g, int x, int y, int titleGap) {
        for (int r = 0; r < values.length; r++) {
            for (int c = 0; c < values[r].length; c++) {
                g.setColor(scale.of(values[r][c]));
                g.fillRect(x + c * cell, y + r * cell, cell, cell);
            }
        }
        g.setColor(Color.DARK_GRAY);
        g.setStroke(new BasicStroke(1));
        g.drawRect(x - 1, y - 1, width() + 1, height() + 1);
        g.setColor(Color.BLACK);
        g.drawString(title, x, y - titleGap);
        int step = Math.max(1, (LABEL + cell - 1) / cell);
        int base = (cell + g.getFontMetrics().getAscent() - g.getFontMetrics().getDescent()) / 2;
        for (int r = 0; r < rows.size(); r += step) {
            String label = rows.get(r);
            g.drawString(label, x - 5 - g.getFontMetrics().stringWidth(label), y + r * cell + base);
        }
        AffineTransform upright = g.getTransform();
        for (int c = 0; c < columns.size(); c += step) {
            g.translate(x + c * cell + base, y - 5);
            g.rotate(-Math.PI / 2);
            g.drawString(columns.get(c), 0, 0);
            g.setTransform(upright);
        }
    }

    /** A bar of the scale's colours with its ends and middle in numbers, and what the mask looks like. */
    static void legend(Graphics2D g, ColourScale scale, int x, int y, int width, boolean withMask) {
        for (int i = 0; i < width; i++) {
            g.setColor(scale.of(scale.least() + (scale.most() - scale.least()) * i / (width - 1)));
            g.fillRect(x + i, y, 1, BAR);
        }
        g.setColor(Color.DARK_GRAY);
        g.drawRect(x - 1, y - 1, width + 1, BAR + 1);
        g.setColor(Color.BLACK);
        int base = y + BAR + g.getFontMetrics().getAscent() + 3;
        for (int i = 0; i <= 2; i++) {
            String tick = String.format(Locale.ROOT, "%.2f", scale.least() + (scale.most() - scale.least()) * i / 2);
            g.drawString(tick, x + (width - g.getFontMetrics().stringWidth(tick)) * i / 2, base);
        }
        if (withMask) {
            g.setColor(ColourScale.MASKED);
            g.fillRect(x + width + 12, y, BAR, BAR);
            g.setColor(Color.BLACK);
            g.drawString("masked", x + width + 16 + BAR, y + BAR - 1);
        }
    }

    /** With the characters that a font lacks, or that cannot be seen, by number. */
    static String drawable(String label, Font font) {
        StringBuilder text = new StringBuilder();
        label.codePoints().forEach(c -> {
            if (font.canDisplay(c)) {
                text.appendCodePoint(c);
            } else {
                text.append(String.format("U+%04X", c));
            }
        });
        return text.toString();
    }
}
