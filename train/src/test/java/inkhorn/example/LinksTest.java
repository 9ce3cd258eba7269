package inkhorn.example;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The links of every page lead to a file, and to a heading in it. */
final class LinksTest {

    private static final Path ROOT = Path.of("..");
    private static final Pattern LINK = Pattern.compile("]\\(([^)#:]*)(#[^)]+)?\\)");

    @ParameterizedTest
    @MethodSource("pages")
    void everyLinkLeadsToAFileAndToOneOfItsHeadings(Path page) throws IOException {
        String text = Files.readString(page).replaceAll("(?s)```.*?```", "").replaceAll("`[^`]*`", "");
        for (MatchResult link : LINK.matcher(text).results().toList()) {
            Path target = link.group(1).isEmpty() ? page : page.resolveSibling(link.group(1));
            assertThat(target).exists();
            if (link.group(2) != null) {
                assertThat(anchors(target)).as("headings of %s", target).contains(link.group(2));
            }
        }
    }

    static List<Path> pages() throws IOException {
        Stream<Path> others = Stream.of("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "bench/README.md")
                .map(ROOT::resolve);
        try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
            return Stream.concat(others, docs.filter(file -> file.toString().endsWith(".md"))).sorted().toList();
        }
    }

    /** The fragment that GitHub gives each heading. */
    private static List<String> anchors(Path page) throws IOException {
        return Files.readAllLines(page).stream().filter(line -> line.startsWith("#"))
                .map(line -> line.replaceFirst("#+ ", "").toLowerCase(Locale.ROOT))
                .map(heading -> "#" + heading.replaceAll("[^\\p{L}\\p{N}_ -]", "").replace(' ', '-')).toList();
    }
}
