package inkhorn.serve.runs;

import static org.assertj.core.api.Assertions.assertThat;

import inkhorn.serve.Browser;
import inkhorn.serve.ServeOptions;
import inkhorn.serve.WebServer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;

/** The page Runs, as a browser shows it. */
final class RunsBrowserTest {

    private static Browser browser;

    @TempDir
    private Path directory;
    private WebServer server;

    @BeforeAll
    static void open() {
        browser = Browser.open();
    }

    @AfterAll
    static void close() {
        if (browser != null) {
            browser.close();
        }
    }

    @BeforeEach
    void startServer() throws IOException {
        RunFiles.write(directory.resolve("small"), 8, 0.001, 30);
        RunFiles.write(directory.resolve("large"), 16, 0.002, 60);
        server = WebServer.start(new ServeOptions("127.0.0.1", 0, null, ServeOptions.Limits.DEFAULTS),
                List.of(new RunsFeature(new RunFolders(directory, List.of()))));
        browser.clear();
        browser.go(server.address());
    }

    @AfterEach
    void stopServer() {
        server.close();
    }

    @Test
    void listsRunsAndWhereTheirConfigsDiffer() throws IOException {
        assertThat(browser.seeText("tr[data-run='large']", "stopped")).contains("60 of 100", "1.1500 at 60");
        assertThat(browser.seeText("#differences", "model.n_embd"))
                .contains("model.n_embd 16 8", "optim.lr 0.002 0.001").doesNotContain("block_size", "run.name");
        assertThat(browser.seeText("#curves .u-legend", "small")).contains("large");
        browser.screenshot("runs");
        browser.dark(true);
        browser.pauseForPaint();
        browser.screenshot("runs-dark");
        browser.dark(false);
        browser.requireQuiet(server.address());
    }

    @Test
    void overlaysTheChosenRunsAndAReloadKeepsTheChoice() {
        browser.see("tr[data-run='large'] input").click();
        browser.until("!document.querySelector('#curves .u-legend').textContent.includes('large')");
        browser.driver().navigate().refresh();
        assertThat(browser.seeText("#curves .u-legend", "small")).doesNotContain("large");
        browser.requireQuiet(server.address());
    }

    @Test
    void isUsedWithTheKeyboardAlone() {
        browser.seeText("#curves .u-legend", "large");
        browser.tabTo("tr[data-run='large'] input");
        browser.type(Keys.SPACE);
        browser.until("!document.querySelector('#curves .u-legend').textContent.includes('large')");
        browser.tabTo("#controls select");
        browser.type("tr");
        browser.until("document.querySelector('#controls select').value === 'loss'");
        browser.tabTo("tr[data-run='small'] a, header a");
        browser.requireQuiet(server.address());
    }

    @Test
    void aRunThatBeginsMeanwhileAppears() throws IOException {
        browser.see("tr[data-run='small']");
        Path late = directory.resolve("late");
        RunFiles.write(late, 8, 0.003, 10);
        browser.seeText("tr[data-run='late']", "10 of 100");
        RunFiles.step(late, 20);
        browser.seeText("tr[data-run='late']", "20 of 100");
        browser.requireQuiet(server.address());
    }
}
