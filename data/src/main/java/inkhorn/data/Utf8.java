package inkhorn.data;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** Bytes to text, whatever the platform's default charset. */
final class Utf8 {
    private Utf8() {}

    /**
     * @param malformed sequences replaced by U+FFFD
     * @param firstMalformed byte offset of the first one, -1 if there is none
     */
    record Decoded(String text, int malformed, long firstMalformed) {}

    /**
     * Drops a byte order mark and replaces each invalid sequence: one bad byte in a long text should not stop a run,
     * but it should be said.
     *
     * @throws DataException if the text is UTF-16 by its byte order mark, in front of which nothing is replaced
     */
    static Decoded decode(byte[] bytes, String source) {
        if (bytes.length >= 2 && ((bytes[0] == (byte) 0xFF && bytes[1] == (byte) 0xFE)
                || (bytes[0] == (byte) 0xFE && bytes[1] == (byte) 0xFF))) {
            throw new DataException(source + ": the text is UTF-16 (it begins with a UTF-16 byte order mark); save it as UTF-8");
        }
        boolean marked = bytes.length >= 3 && bytes[0] == (byte) 0xEF && bytes[1] == (byte) 0xBB && bytes[2] == (byte) 0xBF;
        ByteBuffer in = ByteBuffer.wrap(bytes);
        in.position(marked ? 3 : 0);
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        // UTF-8 never decodes to more UTF-16 units than it has bytes, and U+FFFD takes the place of at least one byte.
        CharBuffer out = CharBuffer.allocate(in.remaining());
        int malformed = 0;
        long first = -1;
        for (CoderResult result; (result = decoder.decode(in, out, true)).isError(); malformed++) {
            first = malformed == 0 ? in.position() : first;
            in.position(in.position() + result.length());
            out.put('\uFFFD');
        }
        return new Decoded(out.flip().toString(), malformed, first);
    }
}
