package inkhorn.serve.runs;

import static org.assertj.core.api.Assertions.assertThat;

import inkhorn.checkpoint.RunLock;
import inkhorn.serve.Browser;
import inkhorn.serve.ServeOptions;
import inkhorn.serve.WebServer;
import inkhorn.train.TrainEvent;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;

/** The page Live run, as a browser shows it while a run grows. */
final class LiveRunBrowserTest {

    private static Browser browser;

    @TempDir
    private Path directory;
    private Path run;
    private RunLock lock;
    private WebServer server;
    private LiveTraining live;
    private final AtomicInteger stops = new AtomicInteger();

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
    void startARun() throws IOException {
        run = directory.resolve("small");
        RunFiles.write(run, 8, 0.001, 30);
        lock = RunLock.acquire(run);
        live = new LiveTraining(run, stops::incrementAndGet);
        server = start(0, live);
        browser.clear();
    }

    @AfterEach
    void end() {
        server.close();
        lock.close();
    }

    private WebServer start(int port, LiveTraining training) throws IOException {
        return WebServer.start(new ServeOptions("127.0.0.1", port, null, ServeOptions.Limits.DEFAULTS),
                List.of(new RunsFeature(new RunFolders(directory, List.of()), training)));
    }

    private void open(String page) {
        browser.go(server.address() + page);
    }

    @Test
    void growsWithTheLogAndShowsWhatTheTrainingDoes() throws IOException {
        open("run?run=small");
        browser.seeText("#steps", "step 30 of 100");
        browser.seeText("#state", "running");
        browser.seeText("#samples", "text of step 20 <b>not bold</b>");
        live.accept(new TrainEvent.Stepped(37, 2.5, 1e-3, 0.75, 100, 160, 0.3));
        browser.seeText("#steps", "step 37 of 100");
        browser.seeText("#figures", "2.5000");
        live.accept(new TrainEvent.Evaluating(40, 3, 12));
        browser.seeText("#phase", "evaluating: 3 of 12 batches");
        RunFiles.step(run, 40);
        browser.seeText("#samples", "text of step 40");
        browser.seeText("#figures", "1.1750");
        live.accept(new TrainEvent.Saving(40));
        browser.seeText("#phase", "saving a checkpoint");
        browser.screenshot("live");
        browser.dark(true);
        browser.pauseForPaint();
        browser.screenshot("live-dark");
        browser.requireQuiet(server.address());
    }

    @Test
    void missesNothingWhenTheServerIsStartedAnew() throws IOException {
        open("run?run=small");
        browser.until("document.getElementById('live').dataset.records === '3'");
        int port = URI.create(server.address()).getPort();
        server.close();
        browser.seeText("#connection", "no connection");
        RunFiles.step(run, 40);
        RunFiles.step(run, 50);
        server = start(port, null);
        browser.seeText("#samples", "text of step 40");
        browser.until("document.getElementById('live').dataset.records === '5'");
        browser.seeText("#stop", "in its own process");
        browser.forgetLogs();
        RunFiles.step(run, 60);
        browser.until("document.getElementById('live').dataset.records === '6'");
        browser.requireNoComplaint();
    }

    @Test
    void beginsAnewWhereAResumeDropsRecords() throws IOException {
        open("run?run=small");
        browser.until("document.getElementById('live').dataset.records === '3'");
        RunFiles.write(run, 8, 0.001, 10);
        browser.until("document.getElementById('live').dataset.records === '1'");
        browser.requireQuiet(server.address());
    }

    @Test
    void showsTheSamplesOfTheNewLogWhereItsStepsAreTheSame() throws IOException {
        open("run?run=small");
        browser.seeText("#samples", "text of step 20");
        Path log = run.resolve("metrics.jsonl");
        Path other = Files.writeString(run.resolve("other.jsonl"),
                Files.readString(log).replace("text of step", "another text of step"));
        Files.move(other, log, StandardCopyOption.REPLACE_EXISTING);
        browser.seeText("#samples", "another text of step 20");
        browser.requireQuiet(server.address());
    }

    @Test
    void saysNoMoreThatThereIsNoConnectionWhenTheListComesAgain() {
        open("run?run=small");
        browser.seeText("#steps", "step 30 of 100");
        browser.script("const real = window.fetch; window.fetch = () => {"
                + " window.fetch = real; return Promise.reject(new Error('lost')); }");
        browser.seeText("#connection", "no connection");
        browser.until("document.querySelector('#connection').textContent === ''");
        browser.requireQuiet(server.address());
    }

    @Test
    void isUsedWithTheKeyboardAlone() {
        open("run?run=small");
        browser.seeText("#steps", "step 30");
        browser.tabTo("#stop");
        browser.type(Keys.ENTER);
        browser.seeText("#connection", "stopping");
        assertThat(stops).hasValue(1);
        browser.tabTo("#live-smoothing");
        browser.type(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT);
        browser.seeText("#controls output", "0.02");
        browser.script("document.activeElement.blur()");
        browser.tabTo("#live-log");
        browser.type(Keys.SPACE);
        browser.until("document.getElementById('live-log').checked");
        browser.tabTo("#controls select");
        browser.type("ti");
        browser.seeText("#loss .u-legend", "time");
        browser.requireQuiet(server.address());
    }

    @Test
    void fitsAPhone() throws IOException {
        browser.width(Browser.PHONE);
        for (String page : List.of("run?run=small", "#run=small")) {
            open(page);
            browser.see(".uplot canvas");
            browser.requireNoSidewaysScroll();
            browser.screenshot(page.startsWith("run") ? "live-phone" : "runs-phone");
            browser.requireQuiet(server.address());
        }
    }
}
