package inkhorn.data.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import inkhorn.data.ByteProgress;
import inkhorn.data.DataException;
import inkhorn.data.prepare.PreparedData;
import inkhorn.data.source.Corpus;
import inkhorn.data.source.DataSets;
import inkhorn.data.tokenizer.Tokenizers;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Nothing here is ever written into the pipe: who opened it would wait for ever. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class RegularFileTest {

    @TempDir
    Path directory;

    @Test
    void aFileAndALinkToItAreRead() throws IOException {
        Path file = Files.writeString(directory.resolve("a.txt"), "text");
        assertThat(RegularFile.read(file, 4)).asString().isEqualTo("text");
        assertThat(RegularFile.read(Files.createSymbolicLink(directory.resolve("link"), file), 4)).asString()
                .isEqualTo("text");
    }

    @Test
    void aFileLargerThanTheLimitIsRefusedNamingTheLimit() throws IOException {
        Path file = Files.write(directory.resolve("large"), new byte[(1 << 20) + 1]);
        assertThatThrownBy(() -> RegularFile.read(file, 1 << 20)).isInstanceOf(FileSystemException.class)
                .hasMessageContaining("larger than 1 MiB");
    }

    @Test
    void whatIsNoFileIsNamedForWhatItIs() throws Exception {
        assertThatThrownBy(() -> RegularFile.require(directory.resolve("none")))
                .isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> RegularFile.require(directory)).hasMessageContaining("Is a directory");
        Path pipe = pipe("pipe");
        assertThatThrownBy(() -> RegularFile.require(pipe)).hasMessageContaining("it is a pipe, not a regular file");
        assertThatThrownBy(() -> RegularFile.require(Path.of("/dev/fd/987654")))
                .hasMessageContaining("it is a pipe of the shell");
        Path zero = Path.of("/dev/zero");
        assumeTrue(Files.exists(zero));
        assertThatThrownBy(() -> RegularFile.read(zero, 1 << 20))
                .hasMessageContaining("it is a device, not a regular file");
    }

    @Test
    void aPipeIsNeitherATextNorATokenizerNorPreparedData() throws Exception {
        Path text = pipe("text.txt");
        assertThatThrownBy(() -> new DataSets(directory.resolve("sets")).resolve(null, text, ByteProgress.NONE))
                .isInstanceOf(DataException.class).hasMessage("data.path: " + text
                        + " cannot be read (it is a pipe, not a regular file); give another file");
        assertThatThrownBy(() -> Corpus.ofFiles("out", List.of(text), List.of(), "--input"))
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith("--input: " + text);
        Path tokenizer = pipe("tokenizer.json");
        assertThatThrownBy(() -> Tokenizers.load(tokenizer)).isInstanceOf(DataException.class)
                .hasMessageStartingWith(tokenizer + ": the tokenizer cannot be read (it is a pipe");
        pipe("manifest.json");
        assertThatThrownBy(() -> PreparedData.open(directory)).isInstanceOf(DataException.class)
                .hasMessageContaining("it is a pipe");
    }

    private Path pipe(String name) throws IOException, InterruptedException {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/mkfifo")) || Files.isExecutable(Path.of("/bin/mkfifo")),
                "pipes with names");
        Path pipe = directory.resolve(name);
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
        return pipe;
    }
}
