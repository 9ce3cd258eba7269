package inkhorn.data.tokenizer.character;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import inkhorn.data.DataException;
import inkhorn.data.files.Json;
import inkhorn.data.files.Surrogates;
import inkhorn.data.tokenizer.Tokenizer;
import inkhorn.data.tokenizer.TokenizerKind;
import inkhorn.data.tokenizer.TokenizerKind.Learning;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One token per Unicode code point; the id of a character is its rank among the distinct code points of the text the
 * tokenizer was made from, as in nanoGPT's {@code data/shakespeare_char/prepare.py}.
 *
 * <p>Saved as {@code {"format":"inkhorn-char","version":1,"vocab":["\n"," ","!",…]}}.
 */
public final class CharTokenizer implements Tokenizer {
    /** Each character of the text is a token, so the size of the vocabulary is not chosen. */
    public static final TokenizerKind KIND = new TokenizerKind("char", Learning.WHOLE_TEXT, 0, 0, false, true,
            "inkhorn-char", (chunks, size, threads, progress) -> fromChunks(chunks), CharTokenizer::fromJson);

    /** Ascending, so that a binary search is the whole of encoding. */
    private final int[] vocabulary;

    private CharTokenizer(int[] ascendingCodePoints) {
        this.vocabulary = ascendingCodePoints;
    }

    /** @throws DataException if the text is empty or holds an unpaired surrogate */
    public static CharTokenizer fromText(String text) {
        return fromChunks(List.of(text));
    }

    /**
     * @param chunks the text in parts, cut between code points
     * @throws DataException as {@link #fromText}
     */
    public static CharTokenizer fromChunks(Iterable<String> chunks) {
        BitSet seen = new BitSet();
        for (String chunk : chunks) {
            chunk.codePoints().forEach(seen::set);
            if (seen.nextSetBit(Character.MIN_SURROGATE) >= 0
                    && Surrogates.isSurrogate(seen.nextSetBit(Character.MIN_SURROGATE))) {
                throw unpairedSurrogate(chunk);
            }
        }
        if (seen.isEmpty()) {
            throw new DataException(
                    "char tokenizer: the text is empty, so there is no vocabulary; give a text with characters in it");
        }
        return new CharTokenizer(seen.stream().toArray());
    }

    @Override
    public TokenizerKind kind() {
        return KIND;
    }

    @Override
    public int[] encode(String text) {
        int[] ids = new int[text.codePointCount(0, text.length())];
        int at = 0;
        for (int i = 0; i < ids.length; i++) {
            int codePoint = text.codePointAt(at);
            int id = Arrays.binarySearch(vocabulary, codePoint);
            if (id < 0) {
                throw Surrogates.isSurrogate(codePoint) ? unpairedSurrogate(text) : unknown(codePoint, i);
            }
            ids[i] = id;
            at += Character.charCount(codePoint);
        }
        return ids;
    }

    @Override
    public String decode(int[] ids) {
        StringBuilder text = new StringBuilder(ids.length);
        for (int id : ids) {
            requireId(id);
            text.appendCodePoint(vocabulary[id]);
        }
        return text.toString();
    }

    @Override
    public int vocabSize() {
        return vocabulary.length;
    }

    @Override
    public Map<String, Integer> specialTokens() {
        return Map.of();
    }

    @Override
    public byte[] toBytes() {
        ObjectNode root = KIND.newFile();
        ArrayNode vocab = root.putArray("vocab");
        for (int codePoint : vocabulary) {
            vocab.add(Character.toString(codePoint));
        }
        return Json.bytes(root);
    }

    /**
     * A byte-pair encoding of characters that merges nothing: the text is cut into characters, and each is a token.
     * Hugging Face's tools leave a character out that the vocabulary does not have.
     */
    @Override
    public Optional<byte[]> huggingFaceBytes() {
        ObjectNode root = Json.MAPPER.createObjectNode().put("version", "1.0");
        root.putNull("truncation").putNull("padding").putArray("added_tokens");
        root.putNull("normalizer").putObject("pre_tokenizer").put("type", "Split").put("behavior", "Isolated")
                .put("invert", false).putObject("pattern").put("Regex", "[\\s\\S]");
        root.putNull("post_processor").putObject("decoder").put("type", "Fuse");
        ObjectNode model = root.putObject("model").put("type", "BPE").putNull("dropout").putNull("unk_token")
                .putNull("continuing_subword_prefix").putNull("end_of_word_suffix").put("fuse_unk", false)
                .put("byte_fallback", false).put("ignore_merges", false);
        ObjectNode vocab = model.putObject("vocab");
        for (int id = 0; id < vocabulary.length; id++) {
            vocab.put(Character.toString(vocabulary[id]), id);
        }
        model.putArray("merges");
        return Optional.of(Json.bytes(root));
    }

    /** Whether a {@code tokenizer.json} in Hugging Face's format is one of {@link #huggingFaceBytes}. */
    public static boolean isHuggingFace(JsonNode root) {
        return root.path("model").path("merges").isEmpty() && root.path("decoder").path("type").asText().equals("Fuse");
    }

    /**
     * Reads what {@link #huggingFaceBytes} wrote.
     *
     * @throws DataException where the vocabulary is none of ascending characters
     */
    public static CharTokenizer fromHuggingFace(JsonNode root) {
        ArrayNode characters = Json.MAPPER.createArrayNode();
        root.path("model").path("vocab").fields().forEachRemaining(entry -> {
            if (!entry.getValue().isInt() || entry.getValue().intValue() != characters.size()) {
                throw new DataException("vocab[\"" + entry.getKey() + "\"] is " + entry.getValue() + ", expected "
                        + characters.size() + ": ids must ascend from 0");
            }
            characters.add(entry.getKey());
        });
        return fromCharacters(characters);
    }

    private static CharTokenizer fromJson(JsonNode root) {
        return fromCharacters(root.path("vocab"));
    }

    private static CharTokenizer fromCharacters(JsonNode vocab) {
        if (!vocab.isArray() || vocab.isEmpty()) {
            throw new DataException("\"vocab\" must be a list of at least one character");
        }
        int[] codePoints = new int[vocab.size()];
        for (int i = 0; i < codePoints.length; i++) {
            String entry = vocab.get(i).isTextual() ? vocab.get(i).textValue() : "";
            if (entry.isEmpty() || entry.codePointCount(0, entry.length()) != 1
                    || Surrogates.isSurrogate(entry.codePointAt(0))) {
                throw new DataException("vocab[" + i + "] is " + vocab.get(i) + ", expected one character");
            }
            codePoints[i] = entry.codePointAt(0);
            if (i > 0 && codePoints[i] <= codePoints[i - 1]) {
                throw new DataException("vocab[" + i
                        + "] is out of order or a repetition; characters must ascend by code point");
            }
        }
        return new CharTokenizer(codePoints);
    }

    private DataException unknown(int codePoint, int index) {
        return new DataException("char tokenizer: character " + show(codePoint) + " at position " + (index + 1)
                + " is not in the vocabulary of " + vocabulary.length
                + " characters; leave it out, or train on a text that contains it");
    }

    private static DataException unpairedSurrogate(String text) {
        int position = 1;
        for (int at = 0; at < text.length(); position++) {
            int codePoint = text.codePointAt(at);
            if (Surrogates.isSurrogate(codePoint)) {
                return new DataException("char tokenizer: unpaired surrogate " + hex(codePoint) + " at position "
                        + position + " is half a character and not Unicode text; read the text as UTF-8, or remove it");
            }
            at += Character.charCount(codePoint);
        }
        throw new AssertionError("no unpaired surrogate in the text");
    }

    /** Control and format characters would garble a terminal or be invisible there: they are shown by number only. */
    private static String show(int codePoint) {
        int type = Character.getType(codePoint);
        boolean visible = type != Character.CONTROL && type != Character.FORMAT && type != Character.UNASSIGNED
                && type != Character.LINE_SEPARATOR && type != Character.PARAGRAPH_SEPARATOR;
        return visible ? "'" + Character.toString(codePoint) + "' (" + hex(codePoint) + ")" : hex(codePoint);
    }

    private static String hex(int codePoint) {
        return String.format("U+%04X", codePoint);
    }
}
