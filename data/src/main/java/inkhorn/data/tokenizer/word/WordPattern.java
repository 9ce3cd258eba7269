package inkhorn.data.tokenizer.word;

import inkhorn.data.tokenizer.PieceCounts;

/**
 * Words and punctuation: a piece is one run of letters, marks and digits, or one line break, or one run of other white
 * space, or one other character. To a word belong the apostrophe before or between letters ({@code 'tis},
 * {@code don't}) and the point, comma or colon between digits ({@code 3.14}, {@code 1,000}); a hyphen parts words.
 */
final class WordPattern implements PieceCounts.Scanner {
    static final WordPattern INSTANCE = new WordPattern();

    private WordPattern() {}

    @Override
    public int next(char[] text, int start, int end) {
        int first = codePoint(text, start, end);
        int at = start + Character.charCount(first);
        if (isWord(first) || isApostrophe(first) && at < end && Character.isLetter(codePoint(text, at, end))) {
            while (at < end && (isWord(codePoint(text, at, end)) || joins(text, at, end))) {
                at += Character.charCount(codePoint(text, at, end));
            }
        } else if (isBlank(first)) {
            while (at < end && isBlank(text[at])) {
                at++;
            }
        } else if (first == '\r' && at < end && text[at] == '\n') {
            at++;
        }
        return at;
    }

    /** A character that is no part of a word but for the two that it stands between. */
    private static boolean joins(char[] text, int at, int end) {
        if (at + 1 >= end) {
            return false;
        }
        int before = Character.codePointBefore(text, at);
        int after = codePoint(text, at + 1, end);
        char c = text[at];
        return isApostrophe(c) && Character.isLetter(before) && Character.isLetter(after)
                || (c == '.' || c == ',' || c == ':') && Character.isDigit(before) && Character.isDigit(after);
    }

    private static boolean isApostrophe(int codePoint) {
        return codePoint == '\'' || codePoint == '\u2019';
    }

    static boolean isWord(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.NON_SPACING_MARK, Character.COMBINING_SPACING_MARK, Character.ENCLOSING_MARK,
                    Character.LETTER_NUMBER, Character.OTHER_NUMBER -> true;
            default -> Character.isLetterOrDigit(codePoint);
        };
    }

    /** White space within a line. */
    static boolean isBlank(int codePoint) {
        return codePoint != '\n' && codePoint != '\r'
                && (Character.isSpaceChar(codePoint) || Character.isWhitespace(codePoint));
    }

    private static int codePoint(char[] text, int at, int end) {
        return Character.codePointAt(text, at, end);
    }
}
