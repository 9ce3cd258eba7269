package inkhorn.data.prepare;

import inkhorn.data.ByteProgress;
import inkhorn.data.TokenFile;
import inkhorn.data.source.Corpus;
import inkhorn.data.tokenizer.TokenizerSpec;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A directory of texts and one to prepare them in. */
abstract class PrepareFixture {
    @TempDir
    Path directory;
    Path texts;
    Path out;

    @BeforeEach
    void nameDirectories() throws IOException {
        texts = Files.createDirectories(directory.resolve("texts"));
        out = directory.resolve("out");
    }

    Corpus corpus() {
        return Corpus.ofFiles("out", List.of(texts), List.of(), "--input");
    }

    static PreparationSpec spec(String tokenizer) {
        return PreparationSpec.of(TokenizerSpec.of(tokenizer), 0.1, 2);
    }

    PreparedData prepare(String tokenizer) {
        return Preparation.prepareInto(out, corpus(), spec(tokenizer), false, ByteProgress.NONE);
    }

    Path write(String name, String text) throws IOException {
        Path file = texts.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }

    Path gzip(String name, String text) throws IOException {
        try (OutputStream gzip = new GZIPOutputStream(Files.newOutputStream(texts.resolve(name)))) {
            gzip.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return texts.resolve(name);
    }

    static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String text(PreparedData data, TokenFile tokens) {
        int[] ids = new int[(int) tokens.length()];
        tokens.read(0, ids, 0, ids.length);
        return data.tokenizer().decode(ids);
    }
}
