package inkhorn.data.tokenizer.bpe;

import com.fasterxml.jackson.databind.JsonNode;
import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingRegistry;
import com.knuddels.jtokkit.api.EncodingType;
import com.knuddels.jtokkit.api.IntArrayList;
import inkhorn.data.DataException;
import inkhorn.data.files.Json;
import inkhorn.data.files.Surrogates;
import inkhorn.data.tokenizer.SpecialTokens;
import inkhorn.data.tokenizer.TokenizerKind;
import inkhorn.data.tokenizer.TokenizerKind.Learning;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * OpenAI's vocabularies after GPT-2's, encoded by jtokkit, in whose jar they lie. Their patterns are not GPT-2's, so
 * they are saved by their name: {@code {"format":"inkhorn-tiktoken","version":1,"encoding":"cl100k_base"}}.
 */
public final class TiktokenTokenizer extends ByteTokenizer {
    public static final TiktokenTokenizer CL100K = new TiktokenTokenizer("cl100k_base", EncodingType.CL100K_BASE,
            100_256, Map.of(SpecialTokens.END_OF_TEXT, 100_257, "<|fim_prefix|>", 100_258, "<|fim_middle|>", 100_259,
                    "<|fim_suffix|>", 100_260, "<|endofprompt|>", 100_276));
    public static final TiktokenTokenizer O200K = new TiktokenTokenizer("o200k_base", EncodingType.O200K_BASE, 199_998,
            Map.of(SpecialTokens.END_OF_TEXT, 199_999, "<|endofprompt|>", 200_018));

    /** Reads a vocabulary when it is first asked for, and once. */
    private static final EncodingRegistry REGISTRY = Encodings.newLazyEncodingRegistry();
    private static final List<TiktokenTokenizer> ALL = List.of(CL100K, O200K);

    private final TokenizerKind kind;
    private final EncodingType type;
    private final int ordinaryTokens;
    private final Map<String, Integer> special;
    private final int vocabSize;

    /**
     * @param ordinaryTokens ids from 0 that stand for bytes; between them and the special ones are ids without a token
     */
    private TiktokenTokenizer(String name, EncodingType type, int ordinaryTokens, Map<String, Integer> special) {
        this.kind = new TokenizerKind(name, Learning.NOTHING, 0, 0, true, true, "inkhorn-tiktoken",
                (chunks, size, threads, progress) -> this, TiktokenTokenizer::fromJson);
        this.type = type;
        this.ordinaryTokens = ordinaryTokens;
        this.special = SpecialTokens.byId(special);
        this.vocabSize = 1 + special.values().stream().mapToInt(Integer::intValue).max().orElseThrow();
    }

    private static TiktokenTokenizer fromJson(JsonNode root) {
        String encoding = root.path("encoding").asText("");
        String found = encoding.isEmpty() ? "missing" : '"' + encoding + '"';
        String names = ALL.stream().map(TiktokenTokenizer::name).collect(Collectors.joining(", "));
        return ALL.stream().filter(each -> each.name().equals(encoding)).findFirst()
                .orElseThrow(() -> new DataException("\"encoding\" is " + found + ", expected one of " + names));
    }

    @Override
    public TokenizerKind kind() {
        return kind;
    }

    /** Half a surrogate pair, which UTF-8 cannot hold, is encoded as U+FFFD. */
    @Override
    public int[] encode(String text) {
        return encoding().encodeOrdinary(Surrogates.wellFormed(text)).toArray();
    }

    /** Empty for the few ids that no token has. */
    @Override
    byte[] bytesOf(int id) {
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
    public byte[] toBytes() {
        return Json.bytes(kind.newFile().put("encoding", name()));
    }

    private Encoding encoding() {
        return REGISTRY.getEncoding(type);
    }
}
