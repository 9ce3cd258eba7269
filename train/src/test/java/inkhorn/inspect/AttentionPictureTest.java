package inkhorn.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import inkhorn.config.UserError;
import java.awt.Color;
import java.awt.Font;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class AttentionPictureTest {

    /** A map begins right of its labels, below title and labels; its squares are 18 pixels wide in so short a text. */
    private static final int CELL = 18;
    private static final String TEXT = "abcdefgh";

    @BeforeEach
    void fontsAreNeeded() {
        boolean hasFonts = true;
        try {
            AttentionPicture.draw(Views.of("ab"));
        } catch (UserError e) {
            assertThat(e.lines()).singleElement().asString().contains("no fonts", "fontconfig", "--html");
            hasFonts = false;
        }
        assumeTrue(hasFonts, "skipped: Java finds no fonts on this machine, and said so in one line");
    }

    @Test
    void theGridIsAPngThatHasAMapForEveryLayerAndHead() throws IOException {
        AttentionView view = Views.of(TEXT);
        BufferedImage image = ImageIO.read(new ByteArrayInputStream(AttentionPicture.png(view)));
        int pitch = TEXT.length() * CELL + 30;
        BufferedImage wider = AttentionPicture.draw(Views.of(TEXT, List.of(0), List.of(0, 1, 2)));
        assertThat(image.getWidth()).isBetween(Views.HEADS * pitch, Views.HEADS * pitch + 100);
        assertThat(image.getHeight() - wider.getHeight()).isEqualTo(pitch);
        int left = left(image);
        int top = top(image, left);
        for (int layer = 0; layer < Views.LAYERS; layer++) {
            for (int head = 0; head < Views.HEADS; head++) {
                HeadStages stages = view.capture().head(layer, head);
                for (int q = 0; q < TEXT.length(); q++) {
                    for (int k = 0; k < TEXT.length(); k++) {
                        Color expected = k > q ? ColourScale.MASKED : ColourScale.weights().of(stages.weights()[q][k]);
                        int rgb = image.getRGB(left + head * pitch + k * CELL + CELL / 2,
                                top + layer * pitch + q * CELL + CELL / 2);
                        assertThat(new Color(rgb)).isEqualTo(expected);
                    }
                }
            }
        }
    }

    @Test
    void everyRowAndColumnHasItsLabelAndTheScaleItsLegend() {
        BufferedImage image = AttentionPicture.draw(Views.of(TEXT));
        int left = left(image);
        int top = top(image, left);
        for (int t = 0; t < TEXT.length(); t++) {
            assertThat(ink(image, left - 20, top + t * CELL, 16, CELL)).as("row " + t).isPositive();
            assertThat(ink(image, left + t * CELL, top - 18, CELL, 16)).as("column " + t).isPositive();
        }
        assertThat(ink(image, left, image.getHeight() - 58, 180, 50)).isGreaterThan(180 * 10);
    }

    @Test
    void anotherTextHasOtherLabels() {
        BufferedImage one = AttentionPicture.draw(Views.of("aa"));
        BufferedImage other = AttentionPicture.draw(Views.of("hh"));
        int left = left(one);
        assertThat(ink(one, 24, top(one, left), left - 26, 2 * CELL))
                .isNotEqualTo(ink(other, 24, top(one, left), left(other) - 26, 2 * CELL));
    }

    @Test
    void oneHeadAloneShowsItsFourStages() {
        BufferedImage image = AttentionPicture.draw(Views.of(TEXT, List.of(1), List.of(2)));
        assertThat(image.getWidth()).isGreaterThan(2 * TEXT.length() * CELL);
        assertThat(image.getHeight()).isGreaterThan(2 * TEXT.length() * CELL + 2 * 60);
        HeadStages stages = Views.of(TEXT).capture().head(1, 2);
        int left = left(image);
        int top = top(image, left);
        Color corner = new Color(image.getRGB(left + 7 * CELL + CELL / 2, top + CELL / 2));
        assertThat(corner).as("a score behind the mask is shown")
                .isEqualTo(ColourScale.signed(stages.scores()).of(stages.scores()[0][7]));
    }

    @Test
    void aPictureThatNoMemoryHoldsIsRefusedInOneLine() {
        AttentionView view = Views.of("ab");
        AttentionView endless =
                new AttentionView("long", view.capture(), Collections.nCopies(3000, view.tokens().get(0)),
                view.label(), view.layers(), view.heads());
        assertThatThrownBy(() -> AttentionPicture.draw(endless)).isInstanceOf(UserError.class)
                .hasMessageContaining("--layer");
    }

    @Test
    void aCharacterThatTheFontLacksStandsByNumber() {
        Font font = new Font(Font.SANS_SERIF, Font.PLAIN, 12);
        assertThat(HeatMap.drawable("a\uFFFE", font)).isEqualTo("aU+FFFE");
    }

    /** Where the first map begins: its frame is the first column of dark pixels as long as the map. */
    private static int left(BufferedImage image) {
        for (int x = 0; x < image.getWidth(); x++) {
            int dark = 0;
            for (int y = 0; y < image.getHeight(); y++) {
                dark += image.getRGB(x, y) == Color.DARK_GRAY.getRGB() ? 1 : 0;
            }
            if (dark > CELL) {
                return x + 1;
            }
        }
        throw new AssertionError("no frame");
    }

    private static int top(BufferedImage image, int left) {
        for (int y = 0; y < image.getHeight(); y++) {
            if (image.getRGB(left - 1, y) == Color.DARK_GRAY.getRGB()
                    && image.getRGB(left, y) == Color.DARK_GRAY.getRGB()) {
                return y + 1;
            }
        }
        throw new AssertionError("no frame");
    }

    private static int ink(BufferedImage image, int x, int y, int width, int height) {
        int ink = 0;
        for (int i = 0; i < width * height; i++) {
            ink += (image.getRGB(x + i % width, y + i / width) & 0xffffff) == 0xffffff ? 0 : 1;
        }
        return ink;
    }
}
