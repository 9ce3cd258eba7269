package inkhorn.data.tokenizer.bpe;

import inkhorn.data.tokenizer.PieceCounts;

/**
 * GPT-2's pre-tokenization by hand, several times as fast as {@link java.util.regex} on it (docs/tokenizers.md):
 *
 * <pre>{@code '(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+}</pre>
 */
final class Gpt2Pattern implements PieceCounts.Scanner {
    static final Gpt2Pattern INSTANCE = new Gpt2Pattern();

    private static final byte LETTER = 0;
    private static final byte NUMBER = 1;
    private static final byte SPACE = 2;
    private static final byte OTHER = 3;
    /** The kind of each UTF-16 unit of the basic plane; a surrogate standing alone is OTHER. */
    private static final byte[] KINDS = new byte[1 << 16];

    static {
        for (int c = 0; c < KINDS.length; c++) {
            KINDS[c] = kindOf(c);
        }
    }

    private Gpt2Pattern() {}

    @Override
    public int next(char[] text, int start, int end) {
        char first = text[start];
        if (first == '\'') {
            int length = contraction(text, start + 1, end);
            if (length > 0) {
                return start + 1 + length;
            }
        }
        byte kind = kind(text, start, end);
        if (kind != SPACE) {
            return endOfRun(text, start, end, kind);
        }
        if (first == ' ' && start + 1 < end) {
            byte following = kind(text, start + 1, end);
            if (following != SPACE) {
                return endOfRun(text, start + 1, end, following);
            }
        }
        int stop = endOfRun(text, start, end, SPACE);
        // \s+(?!\S): white space leaves its last character to what follows it, if it has another. All of it is in the
        // basic plane.
        return stop < end && stop > start + 1 ? stop - 1 : stop;
    }

    private static int contraction(char[] text, int at, int end) {
        if (at >= end) {
            return 0;
        }
        char c = text[at];
        if (c == 's' || c == 'd' || c == 'm' || c == 't') {
            return 1;
        }
        char next = at + 1 < end ? text[at + 1] : 0;
        return c == 'l' && next == 'l' || (c == 'v' || c == 'r') && next == 'e' ? 2 : 0;
    }

    private static int endOfRun(char[] text, int start, int end, byte kind) {
        int at = start;
        while (at < end && kind(text, at, end) == kind) {
            at += isPair(text, at, end) ? 2 : 1;
        }
        return at;
    }

    private static byte kind(char[] text, int at, int end) {
        return isPair(text, at, end) ? kindOf(Character.toCodePoint(text[at], text[at + 1])) : KINDS[text[at]];
    }

    private static boolean isPair(char[] text, int at, int end) {
        return Character.isHighSurrogate(text[at]) && at + 1 < end && Character.isLowSurrogate(text[at + 1]);
    }

    private static byte kindOf(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.UPPERCASE_LETTER, Character.LOWERCASE_LETTER, Character.TITLECASE_LETTER,
                    Character.MODIFIER_LETTER, Character.OTHER_LETTER -> LETTER;
            case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER -> NUMBER;
            case Character.SPACE_SEPARATOR, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> SPACE;
            // Unicode's White_Space among the control characters.
            default -> codePoint >= '\t' && codePoint <= '\r' || codePoint == 0x85 ? SPACE : OTHER;
        };
    }
}
