package inkhorn.generate;

import java.util.Arrays;

/**
 * What stands before the token to be chosen.
 *
 * @param ids the prompt and what was written after it; only read
 * @param promptLength how many of the ids are the prompt
 */
public record TextSoFar(int[] ids, int promptLength) {
    /** No text: for a choice that depends on logits alone. */
    public static final TextSoFar NONE = new TextSoFar(new int[0], 0);

    /** A text of which nothing is written yet. */
    public static TextSoFar ofPrompt(int[] prompt) {
        return new TextSoFar(prompt, prompt.length);
    }

    public TextSoFar plus(int id) {
        int[] longer = Arrays.copyOf(ids, ids.length + 1);
        longer[ids.length] = id;
        return new TextSoFar(longer, promptLength);
    }

    /** How many tokens were written after the prompt. */
    public int written() {
        return ids.length - promptLength;
    }

    public int[] continuation() {
        return Arrays.copyOfRange(ids, promptLength, ids.length);
    }
}
