package inkhorn.data.tokenizer.bpe;

import com.knuddels.jtokkit.api.IntArrayList;
import inkhorn.data.files.Surrogates;
import inkhorn.data.tokenizer.PieceTable;
import java.util.Arrays;

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
    /** The ids of each piece in the cache, by its number. */
    private final int[][] cachedIds = new int[CACHED_PIECES][];
    private byte[] bytes = new byte[256];

    BpeEncoder(BpeVocabulary vocabulary) {
        this.merger = new BpeMerger(vocabulary);
    }

    /** @param text in which {@link Surrogates#escape} may have hidden bytes that are no text */
    int[] encode(char[] text) {
        IntArrayList out = new IntArrayList(text.length / 3);
        for (int start = 0; start < text.length; ) {
            int end = Gpt2Pattern.INSTANCE.next(text, start, text.length);
            encodePiece(text, start, end, out);
            start = end;
        }
        return out.toArray();
    }

    private void encodePiece(char[] text, int start, int end, IntArrayList out) {
        boolean isCacheable = end - start <= CACHED_LENGTH;
        int known = isCacheable ? cache.find(text, start, end) : -1;
        int[] ids = known >= 0 ? cachedIds[known] : merged(text, start, end);
        for (int id : ids) {
            out.add(id);
        }
        if (known < 0 && isCacheable && cache.size() < CACHED_PIECES) {
            cachedIds[cache.add(text, start, end)] = ids;
        }
    }

    private int[] merged(char[] text, int start, int end) {
        if (bytes.length < 3L * (end - start)) {
            bytes = new byte[Math.multiplyExact(3, end - start)];
        }
        int count = merger.merge(bytes, Surrogates.unescape(text, start, end, bytes));
        return Arrays.copyOf(merger.ids(), count);
    }
}
