package inkhorn.data.source;

import inkhorn.data.DataException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * One input of a corpus: bytes that can be read as often as needed, and what they are.
 *
 * @param name as the manifest records it: relative to the directory that was given, or the file's name alone
 * @param location where it is, for messages: a path, an address
 * @param bytes its size as it lies there, compressed where it is
 * @param jsonLines whether each line is a JSON object with a document in one of its fields; else the whole is one
 *     document
 * @param gzip whether it is compressed
 */
public record TextSource(String name, String location, long bytes, boolean jsonLines, boolean gzip, Opener opener) {
    /** Begins to read the bytes from the first one. */
    @FunctionalInterface
    public interface Opener {
        InputStream open() throws IOException;
    }

    /** A file; the endings {@code .jsonl}, {@code .ndjson} and, behind any other, {@code .gz} say what it is. */
    static TextSource file(Path file, String name) throws IOException {
        String lower = file.getFileName().toString().toLowerCase(Locale.ROOT);
        boolean gzip = lower.endsWith(".gz");
        String plain = gzip ? lower.substring(0, lower.length() - 3) : lower;
        boolean jsonLines = plain.endsWith(".jsonl") || plain.endsWith(".ndjson");
        return new TextSource(name, file.toString(), Files.size(file), jsonLines, gzip,
                () -> Files.newInputStream(file));
    }

    /**
     * A text in memory.
     *
     * @throws DataException if it holds half a surrogate pair, which has no UTF-8
     */
    static TextSource text(String name, String location, String text) {
        try {
            ByteBuffer utf8 = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
            return new TextSource(name, location, utf8.limit(), false, false,
                    () -> new ByteArrayInputStream(utf8.array(), 0, utf8.limit()));
        } catch (CharacterCodingException e) {
            throw new DataException(location + ": the text holds half a surrogate pair; remove it", e);
        }
    }
}
