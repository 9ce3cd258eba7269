package inkhorn.data.source;

import inkhorn.data.DataException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The text, or the texts, to learn from. They are read when they are prepared, not before.
 *
 * @param name the data set's name, which is also its directory under {@code data/sets}
 * @param source where it was found, for people: a path, an address, or the corpus built into the jar
 * @param texts in the order in which they are encoded
 * @param warnings one line each, to be shown to the user: what is used instead of what
 */
public record Corpus(String name, String source, List<TextSource> texts, List<String> warnings) {
    public Corpus {
        texts = List.copyOf(texts);
        warnings = List.copyOf(warnings);
    }

    /**
     * A text in memory.
     *
     * @throws DataException if it holds half a surrogate pair
     */
    public static Corpus of(String name, String source, String text) {
        return new Corpus(name, source, List.of(TextSource.text(name, source, text)), List.of());
    }

    /**
     * Files and directories of files: UTF-8 text; JSON lines ({@code .jsonl}); either compressed ({@code .gz}).
     *
     * @param globs what to take from directories; empty: the usual endings of texts
     * @param what led to the inputs, in front of messages: an option or config key
     * @throws DataException if an input does not exist or cannot be read, or a directory holds no text
     */
    public static Corpus ofFiles(String name, List<Path> inputs, List<String> globs, String what) {
        List<TextSource> texts = InputFiles.find(inputs, globs, what);
        String more = inputs.size() == 1 ? "" : " and " + (inputs.size() - 1) + " more";
        return new Corpus(name, inputs.get(0) + more, texts, List.of());
    }

    /** The size of all texts together, compressed where they are. */
    public long bytes() {
        return texts.stream().mapToLong(TextSource::bytes).sum();
    }

    public Corpus withWarning(String warning) {
        List<String> all = new ArrayList<>(warnings);
        all.add(warning);
        return new Corpus(name, source, texts, all);
    }
}
