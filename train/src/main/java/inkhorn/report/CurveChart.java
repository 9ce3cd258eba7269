package inkhorn.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A chart of curves as SVG, in classes that {@code report.css} colours, light and dark. In a page it has the page's
 * style; as a file of its own it brings it along.
 */
final class CurveChart {

    private static final int LARGE = 760;
    private static final int SMALL = 380;
    private static final int LEFT = 58;
    private static final int RIGHT = 14;
    private static final int TOP = 30;
    private static final int BOTTOM = 44;
    private static final int MOST_POINTS = 1500;
    private static final int TICKS = 6;
    private static final int DECADES = 12;
    /** How far a dot reaches over the edge. */
    private static final int DOT = 5;
    private static final int MOST_DOTS = 60;
    /** Of a legend's letters, about. */
    private static final double LETTER = 7;

    private final String title;
    private final String axis;
    private final int width;
    private final int height;
    private final List<Line> lines = new ArrayList<>();
    /** Whether x is a logarithm to base 10 of what the axis shows. */
    private boolean decades;

    /**
     * One curve.
     *
     * @param run   counted from 0, which chooses the colour
     * @param kind  {@code raw}, {@code line} or {@code dotted}: with a dot at each point
     * @param label in the legend; empty for none
     */
    private record Line(int run, String kind, String label, Curve curve) {
    }

    private CurveChart(String title, String axis, int width, int height) {
        this.title = title;
        this.axis = axis;
        this.width = width;
        this.height = height;
    }

    static CurveChart large(String title, String axis) {
        return new CurveChart(title, axis, LARGE, LARGE * 3 / 7);
    }

    /** Half as wide, with letters of the same size. */
    static CurveChart small(String title, String axis) {
        return new CurveChart(title, axis, SMALL, SMALL * 3 / 5);
    }

    /** The curves have logarithms to base 10 as their x. */
    CurveChart inDecades() {
        decades = true;
        return this;
    }

    /** Adds a curve behind those that follow. */
    CurveChart add(int run, String kind, String label, Curve curve) {
        if (curve.size() > 0) {
            lines.add(new Line(run, kind, label, curve.thinned(MOST_POINTS)));
        }
        return this;
    }

    boolean isEmpty() {
        return lines.isEmpty();
    }

    /** An element for a page; its colours are the page's. */
    String svg() {
        return svg("");
    }

    /** A file of its own. */
    String file(String style) {
        return svg("<style>" + style + "</style><rect class=\"ground\" width=\"" + width + "\" height=\"" + height
                + "\"/>") + "\n";
    }

    private String svg(String begin) {
        Range x = Range.of(lines.stream().map(line -> line.curve().x()).toList(), !decades);
        // The raw losses of the first steps would press all else together: the chart ends above the smooth curves.
        List<double[]> shown = lines.stream().filter(line -> !line.kind().equals("raw")).map(line -> line.curve().y())
                .toList();
        Range y = Range.of(shown.isEmpty() ? lines.stream().map(line -> line.curve().y()).toList() : shown, false);
        StringBuilder out = new StringBuilder();
        out.append("<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"chart\" viewBox=\"0 0 ").append(width).append(' ')
                .append(height).append("\" role=\"img\" aria-label=\"").append(Html.escape(title + " against " + axis))
                .append("\">").append(begin).append("<clipPath id=\"").append(id()).append("\"><rect x=\"")
                .append(LEFT - DOT).append("\" y=\"").append(TOP - DOT).append("\" width=\"")
                .append(width - LEFT - RIGHT + 2 * DOT).append("\" height=\"").append(height - TOP - BOTTOM + 2 * DOT)
                .append("\"/></clipPath>");
        grid(out, x, y);
        text(out, LEFT, TOP - 12, "title", title);
        text(out, width - RIGHT, height - 8, "axis end", axis);
        out.append("<g clip-path=\"url(#").append(id()).append(")\">");
        lines.forEach(line -> draw(out, line, x, y));
        out.append("</g>");
        legend(out);
        return out.append("</svg>").toString();
    }

    private String id() {
        return "c" + Integer.toHexString((title + axis).hashCode());
    }

    private void grid(StringBuilder out, Range x, Range y) {
        for (double tick : y.ticks(TICKS)) {
            String at = number(height - BOTTOM - y.share(tick) * (height - TOP - BOTTOM));
            out.append("<path class=\"grid\" d=\"M").append(LEFT).append(' ').append(at).append('H')
                    .append(width - RIGHT).append("\"/>");
            text(out, LEFT - 6, Double.parseDouble(at) + 4, "tick end", y.label(tick));
        }
        for (double tick : x.ticks(decades ? DECADES : TICKS)) {
            if (!decades || tick == Math.rint(tick)) {
                text(out, LEFT + x.share(tick) * (width - LEFT - RIGHT), height - BOTTOM + 17, "tick middle",
                        xLabel(x, tick));
            }
        }
    }

    private String xLabel(Range x, double value) {
        return !decades ? x.label(value) : value == Math.rint(value) ? "1e" + (int) value
                : String.format(Locale.ROOT, "%.1e", Math.pow(10, value));
    }

    private void draw(StringBuilder out, Line line, Range x, Range y) {
        List<String> points = new ArrayList<>();
        Curve curve = line.curve();
        boolean dots = line.kind().equals("dotted") && curve.size() <= MOST_DOTS;
        StringBuilder circles = new StringBuilder();
        for (int i = 0; i < curve.size(); i++) {
            String left = number(LEFT + x.share(curve.x()[i]) * (width - LEFT - RIGHT));
            String top = number(height - BOTTOM - y.share(curve.y()[i]) * (height - TOP - BOTTOM));
            points.add(left + " " + top);
            if (dots) {
                circles.append("<circle class=\"dot run").append(line.run()).append("\" cx=\"").append(left)
                        .append("\" cy=\"").append(top).append("\" r=\"3\"><title>")
                        .append(Html.escape(line.label() + ": " + number(curve.y()[i], 4) + " at "
                                + xLabel(x, curve.x()[i]))).append("</title></circle>");
            }
        }
        out.append("<path class=\"").append(line.kind()).append(" run").append(line.run()).append("\" d=\"M")
                .append(String.join("L", points)).append("\"/>").append(circles);
    }

    private void legend(StringBuilder out) {
        List<Line> named = lines.stream().filter(line -> !line.label().isEmpty()).toList();
        double right = width - RIGHT;
        for (int i = named.size() - 1; i >= 0; i--) {
            Line line = named.get(i);
            text(out, right, TOP - 12, "legend end", line.label());
            right -= line.label().length() * LETTER + 6;
            out.append("<path class=\"").append(line.kind()).append(" run").append(line.run()).append("\" d=\"M")
                    .append(number(right - 18)).append(' ').append(TOP - 16).append("h18\"/>");
            right -= 18 + 14;
        }
    }

    private static void text(StringBuilder out, double x, double y, String style, String text) {
        out.append("<text class=\"").append(style).append("\" x=\"").append(number(x)).append("\" y=\"")
                .append(number(y)).append("\">").append(Html.escape(text)).append("</text>");
    }

    private static String number(double value) {
        return number(value, 1);
    }

    private static String number(double value, int digits) {
        return String.format(Locale.ROOT, "%." + digits + "f", value);
    }

    /** From the least to the most that is shown. */
    private record Range(double from, double to) {

        private static final double MARGIN = 0.04;

        static Range of(List<double[]> values, boolean fromZero) {
            double low = fromZero ? 0 : Double.POSITIVE_INFINITY;
            double high = Double.NEGATIVE_INFINITY;
            for (double[] some : values) {
                for (double value : some) {
                    low = Math.min(low, value);
                    high = Math.max(high, value);
                }
            }
            if (low > high) {
                return new Range(0, 1);
            }
            double margin = fromZero ? 0 : (high - low) * MARGIN;
            return high - low < 1e-12 * Math.abs(high) + Double.MIN_NORMAL
                    ? new Range(low - 0.5, high + 0.5) : new Range(low - margin, high + margin);
        }

        double share(double value) {
            return (value - from) / (to - from);
        }

        /** Round numbers: 1, 2 or 5 times a power of ten apart. */
        List<Double> ticks(int most) {
            double step = step(most);
            List<Double> ticks = new ArrayList<>();
            for (double i = Math.ceil(from / step); i * step <= to + step * 1e-9; i++) {
                ticks.add(i * step);
            }
            return ticks;
        }

        private double step(int most) {
            double rough = (to - from) / most;
            double power = Math.pow(10, Math.floor(Math.log10(rough)));
            double factor = rough / power;
            return power * (factor <= 1 ? 1 : factor <= 2 ? 2 : factor <= 5 ? 5 : 10);
        }

        String label(double value) {
            double step = step(TICKS);
            if (Math.abs(to) >= 1e5) {
                return inShort(value);
            }
            int digits = (int) Math.max(0, Math.ceil(-Math.log10(step) - 1e-9));
            return digits > 4 ? String.format(Locale.ROOT, "%.1e", value)
                    : String.format(Locale.ROOT, "%,." + digits + "f", value);
        }

        private static String inShort(double value) {
            double size = Math.abs(value);
            return size >= 1e9 ? String.format(Locale.ROOT, "%.1fG", value * 1e-9)
                    : size >= 1e6 ? String.format(Locale.ROOT, "%.1fM", value * 1e-6)
                    : String.format(Locale.ROOT, "%,.0fk", value * 1e-3);
        }
    }
}
