package inkhorn.data.prepare;

import inkhorn.data.ByteProgress;
import inkhorn.data.source.Corpus;
import inkhorn.data.source.SourceReader;
import inkhorn.data.source.TextSource;
import java.io.Closeable;
import java.util.Iterator;
import java.util.function.Function;

/** The documents of a corpus in order, from one source to the next, one source open at a time. */
final class SourceWalk implements Closeable {
    private final Iterator<TextSource> sources;
    private final Function<TextSource, SourceReader> open;
    private final ByteProgress progress;
    private final long total;

    private TextSource source;
    private SourceReader reader;
    /** Bytes of the sources that are read to their end. */
    private long done;

    /** @param progress told of the bytes of all sources */
    SourceWalk(Corpus corpus, Function<TextSource, SourceReader> open, ByteProgress progress) {
        this.sources = corpus.texts().iterator();
        this.open = open;
        this.progress = progress;
        this.total = corpus.bytes();
    }

    /** Goes to the next document; false where there is none. */
    boolean next() {
        while (reader == null || !reader.next()) {
            close();
            done += source == null ? 0 : source.bytes();
            if (!sources.hasNext()) {
                progress.bytes(total, total);
                return false;
            }
            source = sources.next();
            reader = open.apply(source);
        }
        return true;
    }

    /** Of the current document. */
    SourceReader reader() {
        return reader;
    }

    /** Of the current document, for messages. */
    String location() {
        return source.location();
    }

    /** Tells how far the reading is. */
    void tell() {
        progress.bytes(Math.min(total, done + reader.bytesRead()), total);
    }

    @Override
    public void close() {
        if (reader != null) {
            reader.close();
            reader = null;
        }
    }
}
