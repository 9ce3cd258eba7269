package inkhorn.data.tokenizer;

import java.nio.charset.StandardCharsets;

/** Where tokens stand in a text, from the bytes that they stand for. */
final class TokenOffsets {

    private TokenOffsets() {}

    /**
     * As {@link Tokenizer#offsets}, of a tokenizer whose tokens' bytes, one after the other, are the text. Each of several tokens that share
     * one character has the whole of it, as in Hugging Face's tokenizers.
     */
    static int[][] ofBytes(Tokenizer tokenizer, String text) {
        int[] ids = tokenizer.encodePrompt(text);
        byte[] bytes = Surrogates.wellFormed(text).getBytes(StandardCharsets.UTF_8);
        int[][] offsets = new int[ids.length][];
        int at = 0;
        int begun = 0;          // characters of which a byte lies in front of at
        for (int i = 0; i < ids.length; i++) {
            int end = at + tokenizer.tokenBytes(ids[i]).length;
            int first = at < bytes.length && isInside(bytes[at]) ? begun - 1 : begun;
            for (; at < end; at++) {
                begun += isInside(bytes[at]) ? 0 : 1;
            }
            offsets[i] = new int[] {first, begun};
        }
        return offsets;
    }

    /** Whether it is not the first byte of a character in UTF-8. */
    private static boolean isInside(byte b) {
        return (b & 0xC0) == 0x80;
    }
}
