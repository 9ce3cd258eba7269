package inkhorn.data.tokenizer;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.IntFunction;

/**
 * A {@link StreamDecoder} for tokens that are bytes of UTF-8 and may end inside a character: those bytes wait for the next
 * token. All texts together are what {@code new String(bytes, UTF_8)} makes of all bytes together.
 */
public final class ByteStreamDecoder implements StreamDecoder {
    private final IntFunction<byte[]> bytesOf;
    private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE).onUnmappableCharacter(CodingErrorAction.REPLACE);
    /** The beginning of a character, at most three bytes. */
    private byte[] held = {};

    /** @param bytesOf the bytes of an id */
    public ByteStreamDecoder(IntFunction<byte[]> bytesOf) {
        this.bytesOf = bytesOf;
    }

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
}
