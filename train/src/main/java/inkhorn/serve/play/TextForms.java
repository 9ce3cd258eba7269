package inkhorn.serve.play;

import inkhorn.data.tokenizer.StreamDecoder;
import inkhorn.data.tokenizer.Tokenizer;
import inkhorn.inspect.Quoted;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** The JSON in which tokens are sent to a page. */
final class TextForms {

    private TextForms() {
    }

    /**
     * A token of a text.
     *
     * @param text what it adds to the text; empty where a character is not whole yet
     */
    record TextToken(int id, String text) {
    }

    /**
     * All tokens of a model.
     *
     * @param tokens  each by itself; bytes that are no character as {@code \xE2}
     * @param partial those that are not whole characters
     * @param special those that stand for no text
     */
    record TokenNames(String model, List<String> tokens, List<Integer> partial, List<Integer> special) {
    }

    static TokenNames names(String model, Tokenizer tokenizer) {
        String[] special = new String[tokenizer.vocabSize()];
        tokenizer.specialTokens().forEach((text, id) -> special[id] = text);
        List<String> tokens = new ArrayList<>();
        List<Integer> partial = new ArrayList<>();
        for (int id = 0; id < special.length; id++) {
            byte[] bytes = tokenizer.tokenBytes(id);
            String whole = special[id] == null ? characters(bytes) : special[id];
            if (whole == null) {
                partial.add(id);
                String quoted = Quoted.bytes(bytes);
                whole = quoted.substring(1, quoted.length() - 1);
            }
            tokens.add(whole);
        }
        return new TokenNames(model, tokens, partial,
                IntStream.range(0, special.length).filter(id -> special[id] != null).boxed().toList());
    }

    /** Each token with what it adds to the text. */
    static List<TextToken> of(int[] ids, Tokenizer tokenizer) {
        StreamDecoder decoder = tokenizer.streamDecoder();
        return IntStream.of(ids).mapToObj(id -> new TextToken(id, decoder.next(id))).toList();
    }

    /** Null where the bytes are not whole characters. */
    private static String characters(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }
}
