package inkhorn.data.tokenizer;

/**
 * Says where a text may be cut in two, such that every tokenizer gives the two parts the ids that it gives the whole.
 * One rule serves all of them: between a letter and white space, between a letter and punctuation other than an
 * apostrophe, or between a digit and white space. No piece of GPT-2's pattern, nor of its successors' patterns, crosses
 * such a place, and none depends on what follows it.
 */
public final class TextCuts {
    private TextCuts() {}

    /**
     * The last such place.
     *
     * @return a position above 0 and below the length, to cut before; 0 if there is none
     */
    public static int last(CharSequence text) {
        for (int at = text.length() - 1; at > 0; at--) {
            if (isCut(text.charAt(at - 1), text.charAt(at))) {
                return at;
            }
        }
        return 0;
    }

    /** Half characters are neither letters nor punctuation, so no pair is ever cut. */
    private static boolean isCut(char before, char after) {
        return Character.isLetter(before) ? isWhiteSpace(after) || isPunctuation(after)
                : Character.isDigit(before) && isWhiteSpace(after);
    }

    private static boolean isWhiteSpace(char c) {
        return c == '\n' || c == '\r' || c == '\t' || Character.isSpaceChar(c);
    }

    private static boolean isPunctuation(char c) {
        return switch (Character.getType(c)) {
            case Character.DASH_PUNCTUATION, Character.START_PUNCTUATION, Character.END_PUNCTUATION -> true;
            case Character.OTHER_PUNCTUATION -> c != '\'';
            default -> false;
        };
    }
}
