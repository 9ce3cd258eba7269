package inkhorn.data.prepare;

import inkhorn.data.ByteProgress;
import inkhorn.data.DataException;
import inkhorn.data.source.Corpus;
import inkhorn.data.source.SourceReader;
import inkhorn.data.tokenizer.TextCuts;
import java.io.Closeable;
import java.nio.CharBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** A corpus as chunks, in order; one at a time in memory. Where it is cut depends on the text alone. */
final class Chunks implements Iterator<Chunks.Chunk>, Closeable {
    /**
     * A part of a document, wholly for training or wholly for validation, whose ids do not depend on its neighbours.
     *
     * @param endsDocument whether it is the document's last
     * @param location of its source, for messages
     */
    record Chunk(String text, boolean validation, boolean endsDocument, String location) {}

    private static final int SIZE = 1 << 18;
    /** Without a place to cut in so many characters, a document is cut all the same: memory stays flat. */
    static final int LARGEST = 1 << 20;

    private final Corpus corpus;
    private final SplitRule split;
    private final boolean lineBreaks;
    private final SourceWalk walk;
    private final Deque<Chunk> ready = new ArrayDeque<>();

    private boolean inDocument;
    private char[] buffer = new char[SIZE];
    private int filled;
    /** Number of the current document, empty ones not counted. */
    private long document = -1;
    /** Code points of the current document that are in chunks already. */
    private long cutOff;
    private long characters;

    /**
     * @param lineBreaks whether each of several documents is to end with a line break, and gets one where it does not
     */
    Chunks(Corpus corpus, PreparationSpec spec, SplitRule split, boolean lineBreaks, ByteProgress progress) {
        this.corpus = corpus;
        this.split = split;
        this.lineBreaks = lineBreaks;
        walk = new SourceWalk(corpus, source -> new SourceReader(source, spec.fields(), spec.normalizeNewlines()),
                progress);
    }

    @Override
    public boolean hasNext() {
        while (ready.isEmpty() && (inDocument || nextDocument())) {
            readOn();
        }
        return !ready.isEmpty();
    }

    @Override
    public Chunk next() {
        if (!hasNext()) {
            throw new NoSuchElementException(corpus.source());
        }
        return ready.remove();
    }

    /**
     * The texts of the chunks, to be walked once.
     *
     * @param withValidation whether those for validation are among them
     */
    Iterable<String> texts(boolean withValidation) {
        Stream<Chunk> chunks = StreamSupport.stream(Spliterators.spliteratorUnknownSize(this, Spliterator.ORDERED),
                false);
        return chunks.filter(chunk -> withValidation || !chunk.validation()).map(Chunk::text)::iterator;
    }

    private boolean nextDocument() {
        if (!walk.next()) {
            return false;
        }
        inDocument = true;
        filled = 0;
        cutOff = 0;
        return true;
    }

    /** Fills the buffer and makes a chunk of it, up to the last place where it may be cut. */
    private void readOn() {
        while (true) {
            boolean ended = !fill();
            walk.tell();
            int cut = ended ? filled : TextCuts.last(CharBuffer.wrap(buffer, 0, filled));
            if (cut == 0 && !ended && buffer.length < LARGEST) {
                buffer = Arrays.copyOf(buffer, 2 * buffer.length);
                continue;
            }
            if (cut == 0 && !ended) {
                cut = filled - (Character.isLowSurrogate(buffer[filled - 1]) ? 2 : 1);
            }
            inDocument = !ended;
            if (cut > 0) {
                add(new String(buffer, 0, cut), ended);
            }
            System.arraycopy(buffer, cut, buffer, 0, filled - cut);
            filled -= cut;
            return;
        }
    }

    /** @return false at the document's end */
    private boolean fill() {
        while (filled < buffer.length) {
            int n = walk.reader().read(buffer, filled, buffer.length - filled);
            if (n < 0) {
                return false;
            }
            filled += n;
        }
        return true;
    }

    private void add(String text, boolean ended) {
        document += cutOff == 0 ? 1 : 0;
        long length = text.codePointCount(0, text.length());
        long before = cutOff;
        characters += length;
        cutOff += length;
        if (split.byDocument()) {
            boolean breakMissing = ended && lineBreaks && !text.endsWith("\n");
            ready.add(new Chunk(breakMissing ? text + "\n" : text, split.isForValidation(document), ended,
                    walk.location()));
        } else if (before < split.trainCharacters() && split.trainCharacters() < cutOff) {
            int at = text.offsetByCodePoints(0, (int) (split.trainCharacters() - before));
            ready.add(new Chunk(text.substring(0, at), false, false, walk.location()));
            ready.add(new Chunk(text.substring(at), true, ended, walk.location()));
        } else {
            ready.add(new Chunk(text, before >= split.trainCharacters(), ended, walk.location()));
        }
    }

    /**
     * To be called after the last chunk.
     *
     * @throws DataException if this was not the text of the first reading
     */
    void requireUnchanged(Scan scan) {
        if (characters != scan.characters() || document + 1 != scan.documents()) {
            throw new DataException(corpus.source() + ": changed while it was read (" + scan.characters()
                    + " characters, then " + characters + "); prepare it when nothing writes to it");
        }
    }

    @Override
    public void close() {
        walk.close();
    }
}
