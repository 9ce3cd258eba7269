package inkhorn.data.source;

import inkhorn.data.DataException;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Bytes to text as a stream, whatever the platform's default charset. A byte order mark is dropped and each invalid
 * sequence replaced and counted: one bad byte in a long text should not stop a run, but it should be said.
 */
final class Utf8Reader extends Reader {
    private static final char REPLACEMENT = '\uFFFD';

    private final InputStream in;
    private final String location;
    private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    private final ByteBuffer bytes = ByteBuffer.allocate(1 << 16).limit(0);
    /** Where {@code bytes} begins, counted from the first byte of the stream. */
    private long offset;
    private boolean begun;
    private boolean ended;
    /** The second half of a pair for whose first half alone there was room; 0 if there is none. */
    private char secondHalf;
    private long malformed;
    private long firstMalformed = -1;

    Utf8Reader(InputStream in, String location) {
        this.in = in;
        this.location = location;
    }

    /** Sequences replaced by U+FFFD so far. */
    long malformed() {
        return malformed;
    }

    /** Byte offset of the first one, -1 if there is none. */
    long firstMalformed() {
        return firstMalformed;
    }

    /** @throws DataException if the text is UTF-16 by its byte order mark, in front of which nothing is replaced */
    @Override
    public int read(char[] out, int at, int count) throws IOException {
        if (count == 0) {
            return 0;
        }
        if (secondHalf != 0) {
            out[at] = secondHalf;
            secondHalf = 0;
            return 1;
        }
        if (count == 1) {
            char[] pair = new char[2];
            int n = decode(CharBuffer.wrap(pair));
            out[at] = pair[0];
            secondHalf = n == 2 ? pair[1] : 0;
            return Math.min(n, 1);
        }
        return decode(CharBuffer.wrap(out, at, count));
    }

    private int decode(CharBuffer out) throws IOException {
        int start = out.position();
        while (true) {
            if (!begun) {
                begin();
            }
            CoderResult result = decoder.decode(bytes, out, ended);
            if (result.isError() && out.hasRemaining()) {
                firstMalformed = malformed++ == 0 ? offset + bytes.position() : firstMalformed;
                bytes.position(bytes.position() + result.length());
                out.put(REPLACEMENT);
            } else if (!result.isUnderflow() || out.position() > start) {
                return out.position() - start;
            } else if (ended) {
                return -1;
            } else {
                fill();
            }
        }
    }

    private void begin() throws IOException {
        begun = true;
        while (!ended && bytes.remaining() < 3) {
            fill();
        }
        int first = bytes.remaining() > 0 ? bytes.get(0) & 0xFF : -1;
        int second = bytes.remaining() > 1 ? bytes.get(1) & 0xFF : -1;
        if (first == 0xFF && second == 0xFE || first == 0xFE && second == 0xFF) {
            throw new DataException(location
                    + ": the text is UTF-16 (it begins with a UTF-16 byte order mark); save it as UTF-8");
        }
        if (first == 0xEF && second == 0xBB && bytes.remaining() > 2 && bytes.get(2) == (byte) 0xBF) {
            bytes.position(3);
        }
    }

    private void fill() throws IOException {
        offset += bytes.position();
        bytes.compact();
        int n = in.read(bytes.array(), bytes.position(), bytes.remaining());
        ended = n < 0;
        bytes.position(bytes.position() + Math.max(0, n)).flip();
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
