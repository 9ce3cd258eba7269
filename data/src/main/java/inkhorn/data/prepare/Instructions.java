package inkhorn.data.prepare;

import inkhorn.data.ByteProgress;
import inkhorn.data.DataException;
import inkhorn.data.source.Corpus;
import inkhorn.data.source.DataFormat;
import inkhorn.data.source.SourceReader;
import java.io.Closeable;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.LongPredicate;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** The prompts and completions of a corpus, in order; one at a time in memory. */
final class Instructions implements Iterator<Instructions.Pair>, Closeable {
    /**
     * An example.
     *
     * @param prompt     may be empty
     * @param completion not empty
     * @param validation whether it is for validation
     * @param place      file and line, for messages
     */
    record Pair(String prompt, String completion, boolean validation, String place) {
    }

    private final Corpus corpus;
    private final LongPredicate isForValidation;
    private final SourceWalk walk;

    private Pair next;
    private long count;

    /** @param isForValidation of an example's number */
    Instructions(Corpus corpus, boolean normalizeNewlines, LongPredicate isForValidation, ByteProgress progress) {
        this.corpus = corpus;
        this.isForValidation = isForValidation;
        walk = new SourceWalk(corpus, source -> new SourceReader(source, DataFormat.PROMPT_AND_COMPLETION,
                normalizeNewlines), progress);
    }

    @Override
    public boolean hasNext() {
        if (next == null && walk.next()) {
            List<String> parts = walk.reader().parts();
            next = new Pair(parts.get(0), parts.get(1), isForValidation.test(count++), walk.reader().place());
            walk.tell();
        }
        return next != null;
    }

    @Override
    public Pair next() {
        if (!hasNext()) {
            throw new NoSuchElementException(corpus.source());
        }
        Pair pair = next;
        next = null;
        return pair;
    }

    /**
     * What a vocabulary is learned from, to be walked once: prompts and completions apart, as they are encoded.
     *
     * @param withValidation whether examples for validation are among them
     * @param end            behind a completion that does not end with it; may be empty
     */
    Iterable<String> texts(boolean withValidation, String end) {
        Iterable<Pair> pairs = () -> this;
        return () -> StreamSupport.stream(pairs.spliterator(), false)
                .filter(pair -> withValidation || !pair.validation())
                .flatMap(pair -> Stream.of(pair.prompt(), EncodedExample.ended(pair.completion(), end)))
                .filter(text -> !text.isEmpty()).iterator();
    }

    /**
     * To be called after the last example.
     *
     * @throws DataException if the first reading found another number
     */
    void requireUnchanged(Scan scan) {
        if (count != scan.documents()) {
            throw new DataException(corpus.source() + ": changed while it was read (" + scan.documents()
                    + " examples, then " + count + "); prepare it when nothing writes to it");
        }
    }

    @Override
    public void close() {
        walk.close();
    }
}
