package inkhorn.data.tokenizer.bpe;

import inkhorn.data.tokenizer.StreamDecoder;
import inkhorn.data.tokenizer.Tokenizer;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** A tokenizer whose tokens are sequences of bytes, of which any text is made. */
abstract class ByteTokenizer implements Tokenizer {
    /** The bytes of a token, not to be changed; the id is in the vocabulary. */
    abstract byte[] bytesOf(int id);

    /** Bytes that are not UTF-8, as after a token that ends inside a character, become U+FFFD. */
    @Override
    public final String decode(int[] ids) {
        return new String(decodeBytes(ids), StandardCharsets.UTF_8);
    }

    /** @throws IllegalArgumentException if an id is outside the vocabulary */
    public final byte[] decodeBytes(int[] ids) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(4 * ids.length);
        for (int id : ids) {
            requireId(id);
            bytes.writeBytes(bytesOf(id));
        }
        return bytes.toByteArray();
    }

    @Override
    public final byte[] tokenBytes(int id) {
        requireId(id);
        return bytesOf(id).clone();
    }

    @Override
    public final StreamDecoder streamDecoder() {
        return StreamDecoder.ofBytes(this::tokenBytes);
    }
}
