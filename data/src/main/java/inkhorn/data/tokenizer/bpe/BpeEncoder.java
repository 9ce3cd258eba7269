package inkhorn.data.tokenizer.bpe;

import inkhorn.data.tokenizer.IntList;
import inkhorn.data.tokenizer.PieceTable;
import inkhorn.data.tokenizer.Surrogates;

/**
 * Encodes text piece by piece and remembers the pieces, most of which come again and again. Not safe for more than one
 * thread: {@link BpeTokenizer} lends each call one of its own.
 */
final class BpeEncoder {
    /** Pieces remembered at most, about 10 MB; a text of any language repeats far fewer. */
    private static final int CACHED_PIECES = 1 << 16;
    /** UTF-16 units: longer pieces hardly ever come again. */
    private static final int CACHED_LENGTH = 48;

    private final BpeMerger merger;
    private final PieceTable cache = new PieceTable();
    private final int[] cacheStarts = new int[CACHED_PIECES + 1];
    private final IntList cacheIds = new IntList(1 << 10);
    private byte[] bytes = new byte[256];

    BpeEncoder(BpeVocabulary vocabulary) {
        this.merger = new BpeMerger(vocabulary);
    }

    /** @param text in which {@link Surrogates#escape} may have hidden bytes that are no text */
    int[] encode(char[] text) {
        IntList out = new IntList(text.length / 3);
        for (int start = 0; start < text.length; ) {
            int end = Gpt2Pattern.INSTANCE.next(text, start, text.length);
            encodePiece(text, start, end, out);
            start = end;
        }
        return out.toArray();
    }

    private void encodePiece(char[] text, int start, int end, IntList out) {
        boolean isCacheable = end - start <= CACHED_LENGTH;
        int known = isCacheable ? cache.find(text, start, end) : -1;
        if (known >= 0) {
            out.addAll(cacheIds.elements(), cacheStarts[known], cacheStarts[known + 1] - cacheStarts[known]);
            return;
        }
        if (bytes.length < 3L * (end - start)) {
            bytes = new byte[Math.multiplyExact(3, end - start)];
        }
        int count = merger.merge(bytes, Surrogates.unescape(text, start, end, bytes));
        out.addAll(merger.ids(), 0, count);
        if (isCacheable && cache.size() < CACHED_PIECES) {
            cache.add(text, start, end);
            cacheIds.addAll(merger.ids(), 0, count);
            cacheStarts[cache.size()] = cacheIds.size();
        }
    }
}
