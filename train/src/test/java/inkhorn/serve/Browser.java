package inkhorn.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import inkhorn.data.files.Json;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LoggingPreferences;

/**
 * A headless Chromium that remembers what its page asked the network for and what it complained of. A test class opens
 * one for all its tests, since starting one takes seconds; it is called …BrowserTest, as {@code .ci/run} looks for such
 * a name among the skipped.
 */
public final class Browser implements AutoCloseable {

    /** Width of a small phone. */
    public static final int PHONE = 380;
    /** Width of a window on a desk. */
    public static final int DESK = 1280;

    private static final int HEIGHT = 860;
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Path SCREENSHOTS = Path.of("target", "screenshots");

    private final ChromeDriver driver;
    private final List<String> requests = new ArrayList<>();
    private final List<String> complaints = new ArrayList<>();

    private Browser(ChromeDriver driver) {
        this.driver = driver;
    }

    /** Starts one; without an installed browser the test is skipped and says so. */
    public static Browser open() {
        Optional<Path> chromium = installed("chromium", "chromium-browser", "google-chrome");
        Optional<Path> chromedriver = installed("chromedriver");
        assumeTrue(chromium.isPresent() && chromedriver.isPresent(),
                "skipped: no chromium and chromedriver on PATH (Debian: apt-get install chromium chromium-driver)");
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable("browser", Level.ALL);
        logs.enable("performance", Level.ALL);
        ChromeOptions options = new ChromeOptions();
        options.setBinary(chromium.get().toFile());
        options.addArguments("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
                "--disable-dev-shm-usage", "--force-color-profile=srgb", "--window-size=" + DESK + "," + HEIGHT);
        options.setCapability("goog:loggingPrefs", logs);
        ChromeDriverService service = new ChromeDriverService.Builder().usingDriverExecutable(chromedriver.get()
                .toFile()).withSilent(true).build();
        Browser browser = new Browser(new ChromeDriver(service, options));
        browser.width(DESK);
        return browser;
    }

    private static Optional<Path> installed(String... names) {
        return Stream.of(names)
                .flatMap(name -> Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                        .map(at -> Path.of(at, name)))
                .filter(Files::isExecutable).findFirst();
    }

    /** Everything else that Selenium can do. */
    public ChromeDriver driver() {
        return driver;
    }

    /** Opens a page. */
    public void go(String address) {
        driver.get(address);
    }

    /** Sets the width of the window's contents. */
    public void width(int pixels) {
        driver.executeCdpCommand("Emulation.setDeviceMetricsOverride",
                Map.of("width", pixels, "height", HEIGHT, "deviceScaleFactor", 1, "mobile", pixels <= PHONE));
    }

    /** Whether pages are asked to be dark. */
    public void dark(boolean dark) {
        driver.executeCdpCommand("Emulation.setEmulatedMedia", Map.of("features",
                List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
    }

    /** The first element that fits, as soon as there is one that is shown. */
    public WebElement see(String css) {
        return await("no " + css + " to be seen", () -> all(css).stream().filter(WebElement::isDisplayed).findFirst());
    }

    /** The elements that fit by now. */
    public List<WebElement> all(String css) {
        return driver.findElements(By.cssSelector(css));
    }

    /** Waits until the text of an element contains this, and returns all of it. */
    public String seeText(String css, String contained) {
        return await(css + " without: " + contained, () -> all(css).stream().map(WebElement::getText)
                .filter(text -> text.contains(contained)).findFirst());
    }

    /** Waits until a JavaScript expression is true. */
    public void until(String expression) {
        await("never true: " + expression,
                () -> Optional.of(expression).filter(e -> Boolean.TRUE.equals(script("return !!(" + e + ")"))));
    }

    /** Runs JavaScript in the page. */
    public Object script(String code, Object... arguments) {
        return driver.executeScript(code, arguments);
    }

    /** Types into whatever has the focus: text, or {@link Keys}. */
    public void type(CharSequence... keys) {
        new Actions(driver).sendKeys(keys).perform();
    }

    /** Moves the focus on with the tab key until it is on an element that fits. */
    public WebElement tabTo(String css) {
        for (int i = 0; i < 200; i++) {
            WebElement focused = driver.switchTo().activeElement();
            if (Boolean.TRUE.equals(script("return arguments[0].matches(arguments[1])", focused, css))) {
                return focused;
            }
            type(Keys.TAB);
        }
        throw new AssertionError("the tab key never comes to " + css);
    }

    /** Waits for what may take a moment, such as an answer of the server. */
    public <T> T await(String otherwise, Supplier<Optional<T>> wanted) {
        long giveUp = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                Optional<T> found = wanted.get();
                if (found.isPresent()) {
                    return found.get();
                }
            } catch (StaleElementReferenceException e) {
                // The page replaced the element meanwhile.
                continue;
            } finally {
                collectLogs();
            }
            if (System.nanoTime() > giveUp) {
                throw new AssertionError(otherwise + " (after " + PATIENCE.toSeconds() + " s)"
                        + (complaints.isEmpty() ? "" : "; the console says: " + complaints));
            }
            pause();
        }
    }

    /** Waits until the page was painted with what changed before. */
    public void pauseForPaint() {
        driver.executeAsyncScript("const done = arguments[0];"
                + " requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 100)));");
    }

    private static void pause() {
        try {
            Thread.sleep(30);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Takes a picture of the page, to be looked at: {@code target/screenshots/NAME.png}. */
    public void screenshot(String name) throws IOException {
        Files.createDirectories(SCREENSHOTS);
        Files.write(SCREENSHOTS.resolve(name + ".png"), driver.getScreenshotAs(OutputType.BYTES));
    }

    /** No part of the page is beyond the right edge. */
    public void requireNoSidewaysScroll() {
        assertThat(script("""
                const root = document.documentElement;
                return root.scrollWidth <= root.clientWidth ? "" : root.scrollWidth + " pixels wide: "
                    + [...document.querySelectorAll("main *")]
                        .filter((e) => e.getBoundingClientRect().right > root.clientWidth)
                        .map((e) => e.tagName + "." + e.className).slice(0, 5).join(", ");
                """)).as("what is wider than the window").isEqualTo("");
    }

    /** The console has no error and no warning, and the page has asked no host but that of this address. */
    public void requireQuiet(String address) {
        requireNoComplaint();
        URI own = URI.create(address);
        assertThat(requests).as("requests").isNotEmpty().allSatisfy(request -> {
            URI asked = URI.create(request);
            assertThat(List.of("data", "blob").contains(asked.getScheme())
                    || own.getAuthority().equals(asked.getAuthority())).as(request).isTrue();
        });
        forgetLogs();
    }

    /** The console has no error and no warning. */
    public void requireNoComplaint() {
        collectLogs();
        assertThat(complaints).as("what the console says").isEmpty();
    }

    /** An empty page in a light window on a desk, with nothing to complain of. */
    public void clear() {
        go("about:blank");
        width(DESK);
        dark(false);
        forgetLogs();
    }

    /** Forgets what was asked and complained of, as after a server was stopped on purpose. */
    public void forgetLogs() {
        collectLogs();
        complaints.clear();
        requests.clear();
    }

    private void collectLogs() {
        for (LogEntry entry : driver.manage().logs().get("browser")) {
            if (entry.getLevel().intValue() >= Level.WARNING.intValue()) {
                complaints.add(entry.getMessage());
            }
        }
        for (LogEntry entry : driver.manage().logs().get("performance")) {
            requestIn(entry.getMessage()).ifPresent(requests::add);
        }
    }

    private static Optional<String> requestIn(String message) {
        try {
            JsonNode event = Json.MAPPER.readTree(message).path("message");
            return Optional.of(event).filter(e -> e.path("method").asText().equals("Network.requestWillBeSent"))
                    .map(e -> e.path("params").path("request").path("url").asText());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        driver.quit();
    }
}
