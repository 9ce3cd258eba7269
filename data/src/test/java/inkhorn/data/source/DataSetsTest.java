package inkhorn.data.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import inkhorn.data.ByteProgress;
import inkhorn.data.DataException;
import inkhorn.data.Fixtures;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataSetsTest {
    @TempDir
    Path directory;
    private Path sets;
    private DataSets dataSets;

    @BeforeEach
    void noNetwork() {
        sets = directory.resolve("sets");
        // Port 1 of this machine refuses connections; no name is looked up.
        dataSets = new DataSets(sets, new Download(URI.create("http://127.0.0.1:1/input.txt"), 10, "0".repeat(64),
                Duration.ofSeconds(3), Duration.ofSeconds(3)));
    }

    @Test
    void pathAloneIsTheTextUnderTheNameOfItsStem() throws Exception {
        Path file = Files.writeString(directory.resolve("My novel.v2.txt"), "Ünïcode ✓\r\nsecond line\n");
        Corpus corpus = resolve(null, file);
        assertThat(corpus.name()).isEqualTo("My-novel.v2");
        assertThat(Fixtures.text(corpus)).isEqualTo("Ünïcode ✓\r\nsecond line\n");
        assertThat(corpus.source()).isEqualTo(file.toString());
        assertThat(corpus.warnings()).isEmpty();
    }

    @Test
    void ownFileOfTheDataSetComesFirstAndAnIgnoredPathIsSaid() throws Exception {
        Path own = ownFile("novel", "own text");
        Path other = Files.writeString(directory.resolve("other.txt"), "other text");
        Corpus corpus = resolve("novel", other);
        assertThat(Fixtures.text(corpus)).isEqualTo("own text");
        assertThat(corpus.warnings()).containsExactly("data.path: " + other + " is not used, because " + own
                + " comes first for data.dataset novel; to use it, leave data.dataset empty or give the text a name "
                + "of its own");
    }

    @Test
    void pathServesADataSetWithoutAFileOfItsOwn() throws Exception {
        Path other = Files.writeString(directory.resolve("other.txt"), "other text");
        Corpus corpus = resolve("tiny-shakespeare", other);
        assertThat(corpus.name()).isEqualTo("tiny-shakespeare");
        assertThat(Fixtures.text(corpus)).isEqualTo("other text");
    }

    @Test
    void anotherTextUnderThePublishedNameIsUsedAndSaid() throws Exception {
        Path own = ownFile("tiny-shakespeare", "abc");
        Corpus corpus = resolve("tiny-shakespeare", null);
        assertThat(Fixtures.text(corpus)).isEqualTo("abc");
        assertThat(corpus.warnings()).containsExactly(own + ": not the published tiny-shakespeare (SHA-256 "
                + "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad), so published losses do not "
                + "compare; "
                + "delete it to have it downloaded again");
    }

    @Test
    void withoutANetworkTheBuiltInPlaysServeWithAWarning() {
        Corpus corpus = resolve("tiny-shakespeare", null);
        assertThat(corpus.name()).isEqualTo("tiny-shakespeare");
        assertThat(Fixtures.text(corpus)).startsWith("BERNARDO:\nWho's there?\n\nFRANCISCO:\n");
        assertThat(corpus.warnings())
                .containsExactly("data.dataset: using Hamlet, Macbeth, Romeo and Juliet (built into the jar), "
                + "401485 characters, instead of tiny-shakespeare: " + sets.resolve("tiny-shakespeare/input.txt")
                + " does not exist and the download of http://127.0.0.1:1/input.txt failed (no connection); put the "
                + "file at "
                + sets.resolve("tiny-shakespeare/input.txt") + " or give --data.path=FILE");
        assertThat(sets).doesNotExist();
    }

    @Test
    void nothingAskedForMeansTinyShakespeare() throws Exception {
        ownFile("tiny-shakespeare", "abc");
        assertThat(Fixtures.text(resolve(" ", null))).isEqualTo("abc");
    }

    @Test
    void unknownDataSetSaysWhereToPutIt() {
        assertRefused("novel", null, "data.dataset: no data set 'novel' (" + sets.resolve("novel/input.txt")
                + " does not exist); put the text there, give --data.path=FILE, or use tiny-shakespeare");
    }

    @Test
    void dataSetNameCannotLeaveItsDirectory() {
        for (String name : new String[] {"../novel", "a/b", "..", ".hidden", "a\\b"}) {
            assertRefused(name, null, "data.dataset: '" + name
                    + "' is not a name; allowed: letters, digits, '.', '_' and '-', "
                    + "not beginning with '.'; give a file with --data.path=FILE");
        }
    }

    @Test
    void missingFileIsNamedEvenWhereAnotherComesFirst() throws Exception {
        Path file = directory.resolve("none.txt");
        String message = "data.path: " + file
                + " does not exist; give the path of a UTF-8 text file or of a directory of them";
        assertRefused(null, file, message);
        ownFile("novel", "own text");
        assertRefused("novel", file, message);
    }

    @Test
    void aDirectoryOfTextsIsADataSetToo() throws Exception {
        Path books = Files.createDirectories(directory.resolve("books"));
        Files.writeString(books.resolve("b.txt"), "second");
        Files.writeString(books.resolve("a.txt"), "first");
        Corpus corpus = resolve(null, books);
        assertThat(corpus.name()).isEqualTo("books");
        assertThat(corpus.texts()).extracting(TextSource::name).containsExactly("a.txt", "b.txt");
    }

    private Corpus resolve(String dataset, Path path) {
        return dataSets.resolve(dataset, path, ByteProgress.NONE);
    }

    private void assertRefused(String dataset, Path path, String message) {
        assertThatThrownBy(() -> resolve(dataset, path)).isInstanceOf(DataException.class).hasMessage(message);
    }

    private Path ownFile(String dataset, String text) throws IOException {
        Path file = sets.resolve(dataset).resolve("input.txt");
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }
}
