package inkhorn.data.tokenizer.bpe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingRegistry;
import com.knuddels.jtokkit.api.EncodingType;
import com.knuddels.jtokkit.api.IntArrayList;
import inkhorn.data.DataException;
import inkhorn.data.files.Json;
import inkhorn.data.tokenizer.ByteStreamDecoder;
import inkhorn.data.tokenizer.SpecialTokens;
import inkhorn.data.tokenizer.StreamDecoder;
import inkhorn.data.tokenizer.Surrogates;
import inkhorn.data.tokenizer.Tokenizer;
import inkhorn.data.tokenizer.Tokenizers;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * OpenAI's vocabularies after GPT-2's, encoded by jtokkit, in whose jar they lie. Their patterns are not GPT-2's, so they are saved by
 * their name: {@code {"format":"inkhorn-tiktoken","version":1,"encoding":"cl100k_base"}}.
 */
public final class TiktokenTokenizer implements Tokenizer {
    public static final String FORMAT = "inkhorn-tiktoken";
    static final TiktokenTokenizer CL100K = new TiktokenTokenizer("cl100k_base", EncodingType.CL100K_BASE, 100_256, Map.of(
            SpecialTokens.END_OF_TEXT, 100_257, "<|fim_prefix|>", 100_258, "<|fim_middle|>", 100_259, "<|fim_suffix|>", 100_260,
            "<|endofprompt|>", 100_276));
    static final TiktokenTokenizer O200K = new TiktokenTokenizer("o200k_base", EncodingType.O200K_BASE, 199_998, Map.of(
            SpecialTokens.END_OF_TEXT, 199_999, "<|endofprompt|>", 200_018));

    /** Reads a vocabulary when it is first asked for, and once. */
    private static final EncodingRegistry REGISTRY = Encodings.newLazyEncodingRegistry();
    private static final List<TiktokenTokenizer> ALL = List.of(CL100K, O200K);

    private final String name;
    private final EncodingType type;
    private final int ordinaryTokens;
    private final Map<String, Integer> special;
    private final int vocabSize;

    /** @param ordinaryTokens ids from 0 that stand for bytes; between them and the special ones are ids without a token */
    private TiktokenTokenizer(String name, EncodingType type, int ordinaryTokens, Map<String, Integer> special) {
        this.name = name;
        this.type = type;
        this.ordinaryTokens = ordinaryTokens;
        this.special = SpecialTokens.byId(special);
        this.vocabSize = 1 + special.values().stream().mapToInt(Integer::intValue).max().orElseThrow();
    }

    public static List<String> names() {
        return ALL.stream().map(TiktokenTokenizer::name).toList();
    }

    public static Optional<TiktokenTokenizer> named(String name) {
        return ALL.stream().filter(each -> each.name.equals(name)).findFirst();
    }

    @Override
    public String name() {
        return name;
    }

    /** Half a surrogate pair, which UTF-8 cannot hold, is encoded as U+FFFD. */
    @Override
    public int[] encode(String text) {
        return encoding().encodeOrdinary(Surrogates.wellFormed(text)).toArray();
    }

    /** Bytes that are not UTF-8, as after a token that ends inside a character, become U+FFFD. */
    @Override
    public String decode(int[] ids) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(4 * ids.length);
        for (int id : ids) {
            bytes.writeBytes(tokenBytes(id));
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    /** Empty for the few ids that no token has. */
    @Override
    public byte[] tokenBytes(int id) {
        if (id < 0 || id >= vocabSize) {
            throw new IllegalArgumentException(name + " tokenizer: id " + id + " is outside the vocabulary of " + vocabSize + " tokens");
        }
        if (id >= ordinaryTokens && !special.containsValue(id)) {
            return new byte[0];
        }
        IntArrayList one = new IntArrayList(1);
        one.add(id);
        return encoding().decodeBytes(one);
    }

    @Override
    public int vocabSize() {
        return vocabSize;
    }

    @Override
    public Map<String, Integer> specialTokens() {
        return special;
    }

    @Override
    public boolean isLossless() {
        return true;
    }

    @Override
    public StreamDecoder streamDecoder() {
        return new ByteStreamDecoder(this::tokenBytes);
    }

    @Override
    public byte[] toBytes() {
        ObjectNode root = Json.MAPPER.createObjectNode();
        root.put("format", FORMAT).put("version", Tokenizers.VERSION).put("encoding", name);
        return Json.bytes(root);
    }

    public static TiktokenTokenizer fromJson(JsonNode root) {
        String encoding = root.path("encoding").asText("");
        return named(encoding).orElseThrow(() -> new DataException("\"encoding\" is " + (encoding.isEmpty() ? "missing" : '"' + encoding + '"')
                + ", expected one of " + String.join(", ", names())));
    }

    private Encoding encoding() {
        return REGISTRY.getEncoding(type);
    }
}
