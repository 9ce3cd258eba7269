package inkhorn.data.tokenizer;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.IntFunction;

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

    /**
     * A decoder for tokens that are bytes of UTF-8. All texts together are what {@code new String(bytes, UTF_8)} makes
     * of all bytes together.
     *
     * @param bytesOf the bytes of an id
     */
    static StreamDecoder ofBytes(IntFunction<byte[]> bytesOf) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder()
                .onMalformedInput(CodingErrorAction.REPLACE).onUnmappableCharacter(CodingErrorAction.REPLACE);
        return new StreamDecoder() {
            /** The beginning of a character, at most three bytes. */
            private byte[] held = {};

            @Override
            public String next(int id) {
                byte[] token = bytesOf.apply(id);
                byte[] bytes = Arrays.copyOf(held, held.length + token.length);
                System.arraycopy(token, 0, bytes, held.length, token.length);
                return decode(bytes, false);
            }

            @Override
            public String finish() {
                String rest = decode(held, true);
                held = new byte[0];
                decoder.reset();
                return rest;
            }

            private String decode(byte[] bytes, boolean isEnd) {
                ByteBuffer in = ByteBuffer.wrap(bytes);
                CharBuffer out = CharBuffer.allocate(bytes.length);
                decoder.decode(in, out, isEnd);
                if (isEnd) {
                    decoder.flush(out);
                }
                held = Arrays.copyOfRange(bytes, in.position(), bytes.length);
                return out.flip().toString();
            }
        };
    }
}
