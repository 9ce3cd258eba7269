package inkhorn.data.tokenizer.word;

/**
 * Puts back, between words and punctuation, the spaces that {@link WordTokenizer} does not keep: one between two words,
 * none inside of brackets and quotation marks, before a comma or full stop, around a hyphen, or beside a line break.
 * One for each text.
 */
final class WordSpacing {
    /** The character before; 0 where no space may follow. */
    private int before;
    private boolean isInQuotes;

    /** The token as it stands in the text: behind a space or not. */
    String append(String token) {
        int first = token.codePointAt(0);
        // A word may begin with an apostrophe, which by itself would be a closing one.
        boolean isOneCharacter = token.length() == Character.charCount(first);
        boolean isLine = first == '\n' || first == '\r';
        boolean isClosing = first == '"' && isInQuotes;
        String spaced = isLine || before == 0 || isClosing || isOneCharacter && clingsToTheLeft(first) ? token : " "
                + token;
        if (isLine) {
            isInQuotes &= before != 0;
            before = 0;
            return spaced;
        }
        if (first == '"') {
            isInQuotes = !isInQuotes;
        }
        boolean isOpening = first == '"' && isInQuotes;
        int last = token.codePointBefore(token.length());
        before = isOpening || isOneCharacter && clingsToTheRight(last) ? 0 : last;
        return spaced;
    }

    /** There is a space behind the last token already. */
    void hasSpace() {
        before = 0;
    }

    private static boolean clingsToTheLeft(int c) {
        return switch (Character.getType(c)) {
            case Character.END_PUNCTUATION, Character.FINAL_QUOTE_PUNCTUATION, Character.DASH_PUNCTUATION,
                    Character.CONNECTOR_PUNCTUATION -> true;
            case Character.OTHER_PUNCTUATION -> "\"&*@#\u00A1\u00BF".indexOf(c) < 0;
            default -> false;
        };
    }

    private static boolean clingsToTheRight(int c) {
        return switch (Character.getType(c)) {
            case Character.START_PUNCTUATION, Character.INITIAL_QUOTE_PUNCTUATION, Character.DASH_PUNCTUATION,
                    Character.CONNECTOR_PUNCTUATION, Character.CURRENCY_SYMBOL -> true;
            case Character.OTHER_PUNCTUATION -> "@#/\\\u00A1\u00BF".indexOf(c) >= 0 || c >= 0x3000 && c < 0x3040
                    || c > 0xFF00 && c < 0xFF66;
            default -> false;
        };
    }
}
