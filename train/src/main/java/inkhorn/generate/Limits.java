package inkhorn.generate;

import java.util.OptionalInt;

/**
 * The limits on the length of a text.
 *
 * @param tokens how many to write at most
 * @param endOfText the token that ends it; it still counts as written
 * @param slide whether the model goes on, seeing the last tokens only, when the text is longer than its block size
 */
public record Limits(int tokens, OptionalInt endOfText, boolean slide) {
    /** @throws IllegalArgumentException when the number of tokens is negative */
    public Limits {
        if (tokens < 0) {
            throw new IllegalArgumentException("generate: the number of tokens must be at least 0, found " + tokens);
        }
    }

    /** A limit on the number of tokens alone. */
    public static Limits ofTokens(int tokens) {
        return new Limits(tokens, OptionalInt.empty(), true);
    }

    /** Why nothing may follow this text, or null if something may. */
    FinishReason reached(TextSoFar text, int blockSize) {
        int last = text.ids()[text.ids().length - 1];
        if (text.written() > 0 && endOfText.isPresent() && last == endOfText.getAsInt()) {
            return FinishReason.END_OF_TEXT;
        } else if (text.written() >= tokens) {
            return FinishReason.LENGTH;
        }
        return !slide && text.ids().length >= blockSize ? FinishReason.CONTEXT : null;
    }
}
