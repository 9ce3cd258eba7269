package inkhorn.serve.runs;

import inkhorn.serve.Browser;
import inkhorn.serve.ServeOptions;
import inkhorn.serve.WebServer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page Runs, as a browser shows it. */
final class RunsBrowserTest {

    @TempDir
    private static Path directory;
    private static WebServer server;
    private static Browser browser;

    @BeforeAll
    static void open() throws Exception {
        RunFiles.write(directory.resolve("small"), 8, 0.001, 30);
        RunFiles.write(directory.resolve("large"), 16, 0.002, 60);
        browser = Browser.open();
        server = WebServer.start(new ServeOptions("127.0.0.1", 0, null, ServeOptions.Limits.DEFAULTS),
                List.of(new RunsFeature(new RunFolders(directory, List.of()))));
    }

    @AfterAll
    static void close() {
        if (server != null) {
            browser.close();
            server.close();
        }
    }

    @Test
    void listsRunsWithTheirStates() throws Exception {
        browser.go(server.address());
        browser.seeText("tr[data-run='small']", "stopped");
        browser.screenshot("runs");
        browser.requireQuiet(server.address());
    }
}
