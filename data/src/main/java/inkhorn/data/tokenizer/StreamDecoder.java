package inkhorn.data.tokenizer;

/**
 * Decodes ids as a model makes them. {@link #next} returns only whole characters: a tokenizer whose tokens can end
 * inside a character holds the bytes back until the rest arrives, and {@link #finish} gives out what is left.
 * One decoder serves one stream and one thread.
 */
@FunctionalInterface
public interface StreamDecoder {
    /** @return the text that became whole with {@code id}, possibly empty */
    String next(int id);

    /** @return the text still held back when the stream ends, with U+FFFD for an incomplete character */
    default String finish() {
        return "";
    }
}
