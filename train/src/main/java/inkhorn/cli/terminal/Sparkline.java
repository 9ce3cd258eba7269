package inkhorn.cli.terminal;

import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A series as a row of blocks of eight heights, from its beginning to now, for terminals that have these characters.
 */
final class Sparkline {

    private static final String BLOCKS = "▁▂▃▄▅▆▇█";

    private final int width;
    private final List<Double> means = new ArrayList<>();
    /** Values of which each mean is made. */
    private long each = 1;
    private double sum;
    private long count;

    /** @param width signs at most */
    Sparkline(int width) {
        this.width = width;
    }

    /** Whether the terminal at standard output has the blocks. */
    static boolean isShown() {
        for (String property : List.of("stdout.encoding", "sun.stdout.encoding", "native.encoding")) {
            String name = System.getProperty(property, "");
            if (!name.isEmpty() && Charset.isSupported(name)) {
                return Charset.forName(name).newEncoder().canEncode(BLOCKS);
            }
        }
        return Charset.defaultCharset().name().toUpperCase(Locale.ROOT).equals("UTF-8");
    }

    /** One more value; what is no finite number is left out. */
    void add(double value) {
        if (!Double.isFinite(value)) {
            return;
        }
        sum += value;
        if (++count < each) {
            return;
        }
        means.add(sum / count);
        sum = 0;
        count = 0;
        if (means.size() > width) {
            List<Double> halved = new ArrayList<>();
            for (int i = 0; i + 1 < means.size(); i += 2) {
                halved.add((means.get(i) + means.get(i + 1)) / 2);
            }
            if (means.size() % 2 == 1) {
                // Half of what the next mean is made of.
                sum = means.get(means.size() - 1) * each;
                count = each;
            }
            means.clear();
            means.addAll(halved);
            each *= 2;
        }
    }

    /** The lowest value as the lowest block; empty for fewer than two. */
    String text() {
        if (means.size() < 2) {
            return "";
        }
        double low = means.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
        double high = means.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
        StringBuilder text = new StringBuilder();
        for (double mean : means) {
            double share = high > low ? (mean - low) / (high - low) : 0;
            text.append(BLOCKS.charAt((int) Math.min(BLOCKS.length() - 1, Math.floor(share * BLOCKS.length()))));
        }
        return text.toString();
    }
}
