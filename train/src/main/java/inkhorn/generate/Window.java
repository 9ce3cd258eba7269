package inkhorn.generate;

/**
 * Which part of a text a model sees. A model sees at most T tokens, its block size. A longer text is cut to its last
 * half block, and what is seen then grows again until it is a whole block: so the keys and values of a cache serve
 * T/2 tokens before they have to be computed again from new positions, and a text costs the same with a cache as it
 * means without.
 *
 * <p>The one definition for all that compute logits: it depends on the text's length alone.
 */
final class Window {
    private Window() {}

    /**
     * The first token seen of a text of {@code length} tokens: 0 while it fits, and then the smallest multiple of
     * ⌈T/2⌉ from which on no more than T are left.
     */
    static int start(int length, int blockSize) {
        if (length <= blockSize) {
            return 0;
        }
        int step = (blockSize + 1) / 2;
        return (length - blockSize + step - 1) / step * step;
    }
}
