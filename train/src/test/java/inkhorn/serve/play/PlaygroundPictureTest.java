package inkhorn.serve.play;

import inkhorn.serve.Browser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.openqa.selenium.OutputType;

/** Makes the picture of the playground that the README shows, of the run that {@code picture.run} names. */
@EnabledIfSystemProperty(named = "picture.run", matches = ".+", disabledReason = "makes a picture; see docs/serve.md")
final class PlaygroundPictureTest {

    private static final String LINK = "play?prompt=ROMEO:&seed=1337&tokens=200&top_p=0.7&write&position=24";

    @Test
    void makeThePicture() throws IOException {
        Path run = Path.of(System.getProperty("picture.run")).toAbsolutePath().normalize();
        try (PlayModels models = PlayModels.serve(Map.of(run.getFileName().toString(), run));
                Browser browser = Browser.open()) {
            browser.go(models.address() + LINK);
            for (int written = 1; written <= 200; written += 20) {
                browser.until("document.querySelectorAll('#written [data-position]').length > 6 + " + written);
            }
            browser.see("#bars tr.chosen");
            browser.pauseForPaint();
            Files.write(Path.of("..", "docs", "images", "playground.png"),
                    browser.driver().getScreenshotAs(OutputType.BYTES));
        }
    }
}
