package inkhorn.data.tokenizer.bpe;

import java.util.Arrays;

/**
 * GPT-2's spelling of bytes as printable characters, in which {@code tokenizer.json} writes its tokens
 * ({@code bytes_to_unicode} in OpenAI's {@code encoder.py}): a byte that is printable in Latin-1 is that character, the
 * others are U+0100, U+0101, … in order; so the space is {@code Ġ} and the line break {@code Ċ}.
 */
final class ByteLevel {
    private static final char[] CHARACTERS = new char[256];
    /** By character; -1 where it stands for no byte. */
    private static final int[] BYTES = new int[256 + 68];
    /** The bytes in the order of their characters, which is the order of their ids in GPT-2. */
    private static final byte[] ORDER = new byte[256];

    static {
        char next = 256;
        for (int b = 0; b < 256; b++) {
            boolean printable = b >= '!' && b <= '~' || b >= 0xA1 && b <= 0xAC || b >= 0xAE;
            CHARACTERS[b] = printable ? (char) b : next++;
        }
        Arrays.fill(BYTES, -1);
        for (int b = 0; b < 256; b++) {
            BYTES[CHARACTERS[b]] = b;
        }
        int at = 0;
        for (int b : BYTES) {
            if (b >= 0) {
                ORDER[at++] = (byte) b;
            }
        }
    }

    private ByteLevel() {}

    /** The byte with the given id, 0 to 255, in a vocabulary that begins as GPT-2's does. */
    static byte byteOfId(int id) {
        return ORDER[id];
    }

    static String spell(byte[] bytes) {
        char[] characters = new char[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            characters[i] = CHARACTERS[bytes[i] & 0xFF];
        }
        return new String(characters);
    }

    /** @return null if the text is empty or one of its characters stands for no byte */
    static byte[] read(String spelled) {
        byte[] bytes = new byte[spelled.length()];
        for (int i = 0; i < bytes.length; i++) {
            char c = spelled.charAt(i);
            if (c >= BYTES.length || BYTES[c] < 0) {
                return null;
            }
            bytes[i] = (byte) BYTES[c];
        }
        return bytes.length == 0 ? null : bytes;
    }
}
