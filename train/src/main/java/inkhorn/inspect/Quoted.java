package inkhorn.inspect;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;

/** Text as in a Java string, so that spaces, line breaks and half characters can be seen. */
public final class Quoted {

    private Quoted() {
    }

    public static String text(String text) {
        return '"' + escaped(text) + '"';
    }

    /** UTF-8; bytes that are not, such as half a character's, stand as {@code \xE2}. */
    public static String bytes(byte[] bytes) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        ByteBuffer in = ByteBuffer.wrap(bytes);
        StringBuilder quoted = new StringBuilder("\"");
        for (boolean more = true; more; ) {
            CharBuffer out = CharBuffer.allocate(bytes.length);
            CoderResult result = decoder.decode(in, out, true);
            quoted.append(escaped(out.flip().toString()));
            for (int i = 0; result.isError() && i < result.length(); i++) {
                quoted.append(String.format("\\x%02X", in.get()));
            }
            more = result.isError();
        }
        return quoted.append('"').toString();
    }

    private static String escaped(String text) {
        StringBuilder escaped = new StringBuilder();
        text.codePoints().forEach(c -> {
            switch (c) {
                case '\n' -> escaped.append("\\n");
                case '\r' -> escaped.append("\\r");
                case '\t' -> escaped.append("\\t");
                case '"' -> escaped.append("\\\"");
                case '\\' -> escaped.append("\\\\");
                default -> {
                    if (Character.isISOControl(c)) {
                        escaped.append(String.format("\\u%04x", c));
                    } else {
                        escaped.appendCodePoint(c);
                    }
                }
            }
        });
        return escaped.toString();
    }
}
