package inkhorn.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
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
        assertThat(corpus.text()).isEqualTo("Ünïcode ✓\r\nsecond line\n");
        assertThat(corpus.source()).isEqualTo(file.toString());
        assertThat(corpus.hash()).isEqualTo(Hashes.sha256(file));
        assertThat(corpus.warnings()).isEmpty();
    }

    @Test
    void ownFileOfTheDataSetComesFirstAndAnIgnoredPathIsSaid() throws Exception {
        Path own = ownFile("novel", "own text");
        Path other = Files.writeString(directory.resolve("other.txt"), "other text");
        Corpus corpus = resolve("novel", other);
        assertThat(corpus.text()).isEqualTo("own text");
        assertThat(corpus.warnings()).containsExactly("data.path: " + other + " is not used, because " + own
                + " comes first for data.dataset novel; to use it, leave data.dataset empty or give the text a name of its own");
    }

    @Test
    void pathServesADataSetWithoutAFileOfItsOwn() throws Exception {
        Path other = Files.writeString(directory.resolve("other.txt"), "other text");
        Corpus corpus = resolve("tiny-shakespeare", other);
        assertThat(corpus.name()).isEqualTo("tiny-shakespeare");
        assertThat(corpus.text()).isEqualTo("other text");
    }

    @Test
    void anotherTextUnderThePublishedNameIsUsedAndSaid() throws Exception {
        Path own = ownFile("tiny-shakespeare", "abc");
        Corpus corpus = resolve("tiny-shakespeare", null);
        assertThat(corpus.text()).isEqualTo("abc");
        assertThat(corpus.warnings()).containsExactly(own + ": not the published tiny-shakespeare (SHA-256 "
                + "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad), so published losses do not compare; "
                + "delete it to have it downloaded again");
    }

    @Test
    void withoutANetworkTheBuiltInPlaysServeWithAWarning() {
        Corpus corpus = resolve("tiny-shakespeare", null);
        assertThat(corpus.name()).isEqualTo("tiny-shakespeare");
        assertThat(corpus.text()).startsWith("BERNARDO:\nWho's there?\n\nFRANCISCO:\n");
        assertThat(corpus.warnings()).containsExactly("data.dataset: using Hamlet, Macbeth, Romeo and Juliet (built into the jar), "
                + "401485 characters, instead of tiny-shakespeare: " + sets.resolve("tiny-shakespeare/input.txt")
                + " does not exist and the download of http://127.0.0.1:1/input.txt failed (no connection); put the file at "
                + sets.resolve("tiny-shakespeare/input.txt") + " or give --data.path=FILE");
        assertThat(sets).doesNotExist();
    }

    @Test
    void nothingAskedForMeansTinyShakespeare() throws Exception {
        ownFile("tiny-shakespeare", "abc");
        assertThat(resolve(" ", null).text()).isEqualTo("abc");
    }

    @Test
    void unknownDataSetSaysWhereToPutIt() {
        assertRefused("novel", null, "data.dataset: no data set 'novel' (" + sets.resolve("novel/input.txt")
                + " does not exist); put the text there, give --data.path=FILE, or use tiny-shakespeare");
    }

    @Test
    void dataSetNameCannotLeaveItsDirectory() {
        for (String name : new String[] {"../novel", "a/b", "..", ".hidden", "a\\b"}) {
            assertRefused(name, null, "data.dataset: '" + name + "' is not a name; allowed: letters, digits, '.', '_' and '-', "
                    + "not beginning with '.'; give a file with --data.path=FILE");
        }
    }

    @Test
    void missingFileIsNamedEvenWhereAnotherComesFirst() throws Exception {
        Path file = directory.resolve("none.txt");
        String message = "data.path: " + file + " does not exist; give the path of a UTF-8 text file";
        assertRefused(null, file, message);
        ownFile("novel", "own text");
        assertRefused("novel", file, message);
    }

    @Test
    void directoryIsRefused() {
        assertRefused(null, directory, "data.path: " + directory + " is a directory; give the path of one UTF-8 text file");
    }

    @Test
    void unreadableFileIsRefused() throws Exception {
        Path file = Files.writeString(directory.resolve("secret.txt"), "text");
        assumeFalse(!file.toFile().setReadable(false) || Files.isReadable(file), "this user may read everything");
        assertRefused(null, file, "data.path: " + file + " cannot be read (permission denied); make it readable or give another file");
    }

    @Test
    void emptyTextIsRefusedAlsoBehindAByteOrderMark() throws Exception {
        Path file = directory.resolve("empty.txt");
        String message = file + ": the text is empty; give a UTF-8 text file with characters in it";
        Files.write(file, new byte[0]);
        assertRefused(null, file, message);
        Files.write(file, new byte[] {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF});
        assertRefused(null, file, message);
    }

    @Test
    void byteOrderMarkIsDropped() throws Exception {
        Path file = Files.write(directory.resolve("bom.txt"), new byte[] {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF, 'a', 'b'});
        Corpus corpus = resolve(null, file);
        assertThat(corpus.text()).isEqualTo("ab");
        assertThat(corpus.warnings()).isEmpty();
    }

    @Test
    void invalidUtf8IsReplacedAndItsOffsetSaid() throws Exception {
        Path file = Files.write(directory.resolve("latin1.txt"),
                new byte[] {'c', 'a', 'f', (byte) 0xE9, ' ', (byte) 0xC3, (byte) 0xA9, (byte) 0xFF, 'z', (byte) 0xE2, (byte) 0x82});
        Corpus corpus = resolve(null, file);
        assertThat(corpus.text()).isEqualTo("caf\uFFFD é\uFFFDz\uFFFD").isEqualTo(new String(Files.readAllBytes(file), StandardCharsets.UTF_8));
        assertThat(corpus.replaced()).isEqualTo(3);
        assertThat(corpus.warnings()).containsExactly(file + ": 3 invalid UTF-8 sequences replaced by U+FFFD, "
                + "the first at byte offset 3; save the file as UTF-8 if that is not wanted");
    }

    @Test
    void utf16IsRefused() throws Exception {
        Path file = Files.write(directory.resolve("notepad.txt"), new byte[] {(byte) 0xFF, (byte) 0xFE, 'a', 0});
        assertRefused(null, file, file + ": the text is UTF-16 (it begins with a UTF-16 byte order mark); save it as UTF-8");
    }

    private Corpus resolve(String dataset, Path path) {
        return dataSets.resolve(dataset, path, DownloadProgress.NONE);
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
