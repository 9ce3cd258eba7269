package inkhorn.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page as a browser draws it: opened from disk, with its policy in force. */
final class AttentionBrowserTest {

    private static final int QUERY = 9;

    @TempDir
    private Path directory;

    @Test
    void theBrowserShowsTheChosenHeadsNumbersAndNoTokenAsMarkup() throws Exception {
        Optional<Path> browser = browser();
        assumeTrue(browser.isPresent(), "skipped: no chromium on PATH (Debian: apt-get install chromium)");
        AttentionView view = Views.of(Views.HOSTILE);
        Path page = Files.writeString(directory.resolve("page.html"), AttentionPage.of(view));
        String dom = dom(browser.get(), page.toUri() + "#layer=1&head=2&position=" + QUERY);

        double[] weights = view.capture().head(1, 2).weights()[QUERY];
        List<String> shown = groups(part(dom, "stages"), "<td>(\\d\\.\\d{4})<span class=\"bar\"");
        assertThat(shown).hasSize(view.tokens().size());
        for (int k = 0; k < weights.length; k++) {
            assertThat(Double.parseDouble(shown.get(k))).as("key " + k).isCloseTo(weights[k], within(1.1e-4));
        }
        assertThat(groups(part(dom, "stages"), "(−∞)")).as("masked keys").hasSize(view.tokens().size() - 1 - QUERY);
        LogitLens.Candidate best = LogitLens.output(view.capture(), 1).get(QUERY).top().get(0);
        assertThat(part(dom, "next")).contains("<td>" + best.id() + "</td><td>"
                + String.format(Locale.ROOT, "%.3f", best.logit()) + "</td>");
        assertThat(groups(part(dom, "lens"), "(<tr[ >])")).hasSize(Views.LAYERS + 1);
        assertThat(groups(dom, ">(↵</button>\\n|·</button>)")).as("a line break, which breaks the line, and a space")
                .containsExactly("↵</button>\n", "·</button>");
        assertThat(groups(part(dom, "stages"), "<tr [^>]*aria-current=\"true\"[^>]*><td>(\\d+)</td>"))
                .containsExactly(String.valueOf(QUERY));
        assertThat(groups(dom, "(<b>)")).as("elements made by a token").isEmpty();
        assertThat(groups(dom, "(<button[^>]*aria-pressed=\"true\")")).as("one head and one position are chosen")
                .hasSize(2);
    }

    private String dom(Path browser, String address) throws IOException, InterruptedException {
        Path out = directory.resolve("dom.html");
        Process process = new ProcessBuilder(browser.toString(), "--headless", "--no-sandbox", "--disable-gpu",
                "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
                "--disable-sync", "--user-data-dir=" + Files.createDirectory(directory.resolve("profile")),
                "--virtual-time-budget=5000", "--dump-dom", address)
                .redirectOutput(out.toFile()).redirectError(directory.resolve("browser.log").toFile()).start();
        try {
            assertThat(process.waitFor(5, TimeUnit.MINUTES)).as("the browser ends").isTrue();
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor();
        }
        return Files.readString(out);
    }

    private static Optional<Path> browser() {
        return Stream.of("chromium", "chromium-browser", "google-chrome")
                .flatMap(name -> Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                        .map(at -> Path.of(at, name)))
                .filter(Files::isExecutable).findFirst();
    }

    /** The body of a table. */
    private static String part(String dom, String id) {
        int at = dom.indexOf("<table id=\"" + id + "\"");
        assertThat(at).isPositive();
        return dom.substring(dom.indexOf("<tbody>", at), dom.indexOf("</table>", at));
    }

    private static List<String> groups(String text, String pattern) {
        List<String> found = new ArrayList<>();
        for (Matcher matcher = Pattern.compile(pattern).matcher(text); matcher.find(); ) {
            found.add(matcher.group(1));
        }
        return found;
    }
}
