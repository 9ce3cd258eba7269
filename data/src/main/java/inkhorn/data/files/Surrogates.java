package inkhorn.data.files;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Halves of surrogate pairs: what UTF-8 cannot hold, and how bytes that are not UTF-8 pass through a string. */
public final class Surrogates {
    private Surrogates() {}

    /** The text with U+FFFD in place of each half of a surrogate pair that stands alone: what UTF-8 can hold. */
    public static String wellFormed(String text) {
        for (int at = 0; at < text.length(); ) {
            int codePoint = text.codePointAt(at);
            if (isSurrogate(codePoint)) {
                return text.codePoints().map(each -> isSurrogate(each) ? 0xFFFD : each)
                        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append).toString();
            }
            at += Character.charCount(codePoint);
        }
        return text;
    }

    /**
     * Any bytes as characters, without a loss: those that are not UTF-8 become the low surrogates U+DC80 to U+DCFF,
     * which no well-formed text holds alone (Python's {@code surrogateescape}, PEP 383).
     */
    public static char[] escape(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(bytes.length);
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        for (CoderResult result; (result = decoder.decode(in, out, true)).isError(); ) {
            for (int i = 0; i < result.length(); i++) {
                out.put((char) (0xDC00 + (in.get() & 0xFF)));
            }
        }
        return Arrays.copyOf(out.array(), out.position());
    }

    /**
     * The bytes that {@link #escape} was given.
     *
     * @param bytes at least three for each character
     * @return how many they are
     */
    public static int unescape(char[] text, int start, int end, byte[] bytes) {
        int n = 0;
        for (int i = start; i < end; i++) {
            char c = text[i];
            if (c < 0x80) {
                bytes[n++] = (byte) c;
            } else if (c < 0x800) {
                bytes[n++] = (byte) (0xC0 | c >> 6);
                bytes[n++] = (byte) (0x80 | c & 0x3F);
            } else if (Character.isHighSurrogate(c)) {
                int codePoint = Character.toCodePoint(c, text[++i]);
                bytes[n++] = (byte) (0xF0 | codePoint >> 18);
                bytes[n++] = (byte) (0x80 | codePoint >> 12 & 0x3F);
                bytes[n++] = (byte) (0x80 | codePoint >> 6 & 0x3F);
                bytes[n++] = (byte) (0x80 | codePoint & 0x3F);
            } else if (Character.isLowSurrogate(c)) {
                bytes[n++] = (byte) c;
            } else {
                bytes[n++] = (byte) (0xE0 | c >> 12);
                bytes[n++] = (byte) (0x80 | c >> 6 & 0x3F);
                bytes[n++] = (byte) (0x80 | c & 0x3F);
            }
        }
        return n;
    }

    /** A code point of a Java string that is half a pair. */
    public static boolean isSurrogate(int codePoint) {
        return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
    }
}
