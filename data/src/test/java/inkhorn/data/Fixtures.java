package inkhorn.data;

import inkhorn.data.source.Corpus;
import inkhorn.data.source.SourceReader;
import inkhorn.data.source.TextSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Data that several tests share. */
public final class Fixtures {
    private Fixtures() {}

    /** A file whose id at position i is i, so that a window shows where it was taken from. */
    static TokenFile counting(Path directory, int length) {
        Path file = directory.resolve("train.bin");
        try (TokenFileWriter out = new TokenFileWriter(file, IdWidth.BITS_32)) {
            out.append(IntStream.range(0, length).toArray());
            out.finish();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return TokenFile.open(file, IdWidth.BITS_32);
    }

    /** All documents of a corpus, one after the other. */
    public static String text(Corpus corpus) {
        StringBuilder text = new StringBuilder();
        char[] buffer = new char[100];
        for (TextSource source : corpus.texts()) {
            try (SourceReader reader = new SourceReader(source, "text", false)) {
                while (reader.next()) {
                    for (int n; (n = reader.read(buffer, 0, buffer.length)) >= 0; ) {
                        text.append(buffer, 0, n);
                    }
                }
            }
        }
        return text.toString();
    }

    static BatchSampler.Draw seeded(long seed) {
        return (bound, step, index) -> new SplittableRandom(seed * 31 + step * 1_000_003 + index).nextLong(bound);
    }

    /** The published tiny-shakespeare, where a developer has it; it is not part of the repository. */
    public static Optional<Path> publishedTinyShakespeare() {
        return Stream.of("../../shared/data/tinyshakespeare/input.txt", "sets/tiny-shakespeare/input.txt")
                .map(Path::of).filter(Files::exists).findFirst();
    }
}
