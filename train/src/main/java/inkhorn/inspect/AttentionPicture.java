package inkhorn.inspect;

import inkhorn.config.UserError;
import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;

/**
 * Heat maps as a PNG: the softmax of all chosen heads, layers down and heads across; of one head alone its four
 * stages.
 */
public final class AttentionPicture {
    private static final int MOST_PIXELS = 64_000_000;
    /** Pixels across that all squares together are made to fit in, as far as a square may shrink. */
    private static final int WIDTH = 1600;
    private static final int LARGEST_CELL = 18;
    private static final int SMALLEST_CELL = 2;
    private static final int GAP = 30;
    private static final int MARGIN = 24;
    private static final int LEGEND_WIDTH = 180;
    private static final int LEGEND_HEIGHT = 60;

    private final AttentionView view;
    private final Font font;
    private final int labelWidth;
    private final List<String> labels;

    private AttentionPicture(AttentionView view) {
        this.view = view;
        this.font = new Font(Font.SANS_SERIF, Font.PLAIN, 12);
        FontMetrics metrics = metrics(font);
        this.labels = view.labels().stream().map(label -> HeatMap.drawable(label, font)).toList();
        this.labelWidth = labels.stream().mapToInt(metrics::stringWidth).max().orElse(0) + 8;
    }

    /**
     * The picture as the bytes of a PNG file.
     *
     * @throws UserError when it would be too large, or Java finds no fonts
     */
    public static byte[] png(AttentionView view) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.setUseCache(false);
        ImageIO.write(draw(view), "png", bytes);
        return bytes.toByteArray();
    }

    static BufferedImage draw(AttentionView view) {
        System.setProperty("java.awt.headless", "true");
        AttentionPicture picture = new AttentionPicture(view);
        return view.isOneHead() ? picture.stages() : picture.grid();
    }

    /** Java finds fonts when the first is measured, and each version fails there in a way of its own. */
    private static FontMetrics metrics(Font font) {
        try {
            return new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB).createGraphics().getFontMetrics(font);
        } catch (RuntimeException | LinkageError | InternalError e) {
            throw new UserError(
                    "--png: Java finds no fonts on this machine to label a picture with; install some (Debian:"
                    + " apt-get install"
                    + " fontconfig fonts-dejavu-core), or take --html, which needs none");
        }
    }

    private BufferedImage grid() {
        int time = labels.size();
        int across = view.heads().size();
        int cell = cell(across * time);
        int pitch = Math.max(cell * time, 60) + GAP;
        int top = MARGIN * 2 + labelWidth;
        BufferedImage image = image(MARGIN + labelWidth + across * pitch,
                top + view.layers().size() * pitch + LEGEND_HEIGHT);
        Graphics2D g = graphics(image);
        g.drawString("softmax(q · k / √d) of " + view.name() + ": rows are queries, columns are keys", MARGIN, MARGIN);
        for (int row = 0; row < view.layers().size(); row++) {
            for (int column = 0; column < across; column++) {
                HeadStages stages = view.capture().head(view.layers().get(row), view.heads().get(column));
                new HeatMap("layer " + stages.layer() + ", head " + stages.head(), masked(stages.weights()),
                        column == 0 ? labels : List.of(), row == 0 ? labels : List.of(), ColourScale.weights(), cell)
                        .draw(g, MARGIN + labelWidth + column * pitch, top + row * pitch, row == 0 ? labelWidth : 6);
            }
        }
        HeatMap.legend(g, ColourScale.weights(), MARGIN + labelWidth, image.getHeight() - LEGEND_HEIGHT + 12,
                LEGEND_WIDTH, true);
        g.dispose();
        return image;
    }

    private BufferedImage stages() {
        HeadStages head = view.first();
        int time = labels.size();
        int cell = cell(2 * time);
        int channels = head.output()[0].length;
        int pitchX = Math.max(Math.max(cell * time, cell * channels), LEGEND_WIDTH + 90) + labelWidth + GAP;
        int pitchY = cell * time + labelWidth + LEGEND_HEIGHT + GAP + 6;
        ColourScale scores = ColourScale.signed(head.scores());
        List<String> none = List.of();
        List<HeatMap> maps = List.of(
                new HeatMap("1. scores: q · k / √" + channels, head.scores(), labels, labels, scores, cell),
                new HeatMap("2. masked", head.masked(), labels, labels, scores, cell),
                new HeatMap("3. softmax", masked(head.weights()), labels, labels, ColourScale.weights(), cell),
                new HeatMap("4. weighted values: " + channels + " channels", head.output(), labels, none,
                        ColourScale.signed(head.output()), cell));
        BufferedImage image = image(MARGIN + 2 * pitchX, 2 * MARGIN + 2 * pitchY);
        Graphics2D g = graphics(image);
        g.drawString("layer " + head.layer() + ", head " + head.head() + " of " + view.name()
                + ": rows are queries, columns are keys", MARGIN, MARGIN);
        for (int i = 0; i < maps.size(); i++) {
            int x = MARGIN + labelWidth + i % 2 * pitchX;
            int y = 2 * MARGIN + labelWidth + i / 2 * pitchY;
            maps.get(i).draw(g, x, y, labelWidth);
            HeatMap.legend(g, maps.get(i).scale(), x, y + maps.get(i).height() + 10, LEGEND_WIDTH, i == 1 || i == 2);
        }
        g.dispose();
        return image;
    }

    /** The weights with NaN for masked keys, which are drawn as masked and not as small weights. */
    private static double[][] masked(double[][] weights) {
        List<double[]> rows = new ArrayList<>();
        for (int q = 0; q < weights.length; q++) {
            double[] row = weights[q].clone();
            Arrays.fill(row, q + 1, row.length, Double.NaN);
            rows.add(row);
        }
        return rows.toArray(double[][]::new);
    }

    private static int cell(int squares) {
        return Math.max(SMALLEST_CELL, Math.min(LARGEST_CELL, WIDTH / squares));
    }

    private BufferedImage image(int width, int height) {
        if ((long) width * height > MOST_PIXELS) {
            throw new UserError("--png: " + view.layers().size() + " x " + view.heads().size() + " heads with "
                    + labels.size() + " tokens make a picture of " + width + " x " + height
                    + " pixels; shorten the text, or choose a --layer or a --head");
        }
        return new BufferedImage(Math.max(width, 480), height, BufferedImage.TYPE_INT_RGB);
    }

    private Graphics2D graphics(BufferedImage image) {
        Graphics2D g = image.createGraphics();
        g.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        g.setFont(font);
        g.setColor(Color.WHITE);
        g.fillRect(0, 0, image.getWidth(), image.getHeight());
        g.setColor(Color.BLACK);
        return g;
    }
}
