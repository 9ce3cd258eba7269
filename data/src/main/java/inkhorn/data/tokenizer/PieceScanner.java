package inkhorn.data.tokenizer;

/** Cuts a text into the pieces that a tokenizer treats one by one. */
@FunctionalInterface
public interface PieceScanner {
    /**
     * @param text UTF-16
     * @param start where a piece begins, below {@code end}
     * @param end of the text
     * @return where the piece ends: above {@code start}, at most {@code end}
     */
    int next(char[] text, int start, int end);
}
