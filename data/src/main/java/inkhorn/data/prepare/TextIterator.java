package inkhorn.data.prepare;

import java.util.Iterator;
import java.util.NoSuchElementException;

/** The texts of chunks that a vocabulary is learned from. */
final class TextIterator implements Iterator<String> {
    private final Chunks chunks;
    private final boolean withValidation;
    private Chunk next;

    TextIterator(Chunks chunks, boolean withValidation) {
        this.chunks = chunks;
        this.withValidation = withValidation;
    }

    @Override
    public boolean hasNext() {
        while (next == null && chunks.hasNext()) {
            Chunk chunk = chunks.next();
            next = withValidation || !chunk.validation() ? chunk : null;
        }
        return next != null;
    }

    @Override
    public String next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        String text = next.text();
        next = null;
        return text;
    }
}
