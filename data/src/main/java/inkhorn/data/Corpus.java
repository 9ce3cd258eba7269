package inkhorn.data;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * One text to learn from.
 *
 * @param name the data set's name, which is also its directory under {@code data/sets}
 * @param source where it was found, for people: a path, an address, or the corpus built into the jar
 * @param text without a byte order mark; line ends as they were
 * @param replaced how many invalid UTF-8 sequences became U+FFFD
 * @param hash SHA-256 of the text's UTF-8 bytes, in lower-case hex
 * @param warnings one line each, to be shown to the user: what is used instead of what, what was replaced
 */
public record Corpus(String name, String source, String text, int replaced, String hash, List<String> warnings) {
    public Corpus {
        warnings = List.copyOf(warnings);
    }

    /** @throws DataException if the text is empty */
    public static Corpus of(String name, String source, String text) {
        return of(name, source, new Utf8.Decoded(text, 0, -1));
    }

    static Corpus of(String name, String source, Utf8.Decoded decoded) {
        if (decoded.text().isEmpty()) {
            throw new DataException(source + ": the text is empty; give a UTF-8 text file with characters in it");
        }
        String hash = Hashes.sha256(decoded.text().getBytes(StandardCharsets.UTF_8));
        Corpus corpus = new Corpus(name, source, decoded.text(), decoded.malformed(), hash, List.of());
        if (decoded.malformed() == 0) {
            return corpus;
        }
        return corpus.withWarning(source + ": " + decoded.malformed() + " invalid UTF-8 sequence" + (decoded.malformed() == 1 ? "" : "s")
                + " replaced by U+FFFD, the first at byte offset " + decoded.firstMalformed()
                + "; save the file as UTF-8 if that is not wanted");
    }

    Corpus withWarning(String warning) {
        List<String> all = new ArrayList<>(warnings);
        all.add(warning);
        return new Corpus(name, source, text, replaced, hash, all);
    }

    /** Code points, not UTF-16 halves. */
    public int characters() {
        return text.codePointCount(0, text.length());
    }

    /** Leaves the text out: it may be a book. */
    @Override
    public String toString() {
        return "Corpus[" + name + ", " + text.length() + " chars from " + source + "]";
    }
}
