package inkhorn.data.tokenizer.bpe;

import com.fasterxml.jackson.databind.JsonNode;
import inkhorn.data.ByteProgress;
import inkhorn.data.DataException;
import inkhorn.data.files.Hashes;
import inkhorn.data.files.Surrogates;
import inkhorn.data.tokenizer.PieceCounts;
import inkhorn.data.tokenizer.SpecialTokens;
import inkhorn.data.tokenizer.TextCuts;
import inkhorn.data.tokenizer.TokenizerKind;
import inkhorn.data.tokenizer.TokenizerKind.Learning;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * A byte-level BPE with GPT-2's pre-tokenization (Radford et al. 2019, section 2.2), trained on the user's text or read
 * from a Hugging Face {@code tokenizer.json}, or GPT-2's own. Every byte is a token, so nothing is unknown and every
 * sequence of bytes comes back as it was.
 *
 * <p>A trained one has GPT-2's layout: ids 0 to 255 are the bytes, in the order of their spelling, then the merges, the
 * first merged first; the last id is {@code <|endoftext|>}.
 */
public final class BpeTokenizer extends ByteTokenizer {
    /** The least vocabulary is the bytes and the end of text. */
    public static final TokenizerKind KIND = new TokenizerKind("bpe", Learning.TRAINING_SPLIT, 257, 8192, true, true,
            TokenizerKind.HUGGING_FACE, BpeTokenizer::train, BpeTokenizer::fromJson);

    private final TokenizerKind kind;
    private final BpeVocabulary vocabulary;
    private final Queue<BpeEncoder> idle = new ConcurrentLinkedQueue<>();
    private volatile String hash;

    BpeTokenizer(TokenizerKind kind, BpeVocabulary vocabulary) {
        this.kind = kind;
        this.vocabulary = vocabulary;
    }

    static BpeTokenizer fromJson(JsonNode root) {
        BpeVocabulary vocabulary = TokenizerJson.read(root);
        String hash = Hashes.sha256(TokenizerJson.write(vocabulary));
        BpeTokenizer tokenizer = new BpeTokenizer(hash.equals(Gpt2Tokenizer.HASH) ? Gpt2Tokenizer.KIND : KIND,
                vocabulary);
        tokenizer.hash = hash;
        return tokenizer;
    }

    /** As {@link #train(Iterable, int, int, ByteProgress)}, and tells nobody how far it is. */
    public static BpeTokenizer train(Iterable<String> chunks, int vocabSize, int threads) {
        return train(chunks, vocabSize, threads, ByteProgress.NONE);
    }

    /**
     * Learns from the text; the result depends neither on {@code threads} nor on where {@link TextCuts} cut the chunks.
     *
     * @param vocabSize tokens, {@code <|endoftext|>} included, at least 257; fewer come out of a text in which too few
     *     pairs of tokens occur twice
     * @param progress called while the merges are learned, and may end it
     * @throws DataException if the text is empty
     */
    public static BpeTokenizer train(Iterable<String> chunks, int vocabSize, int threads, ByteProgress progress) {
        PieceCounts pieces = PieceCounts.of(Gpt2Pattern.INSTANCE, chunks, threads);
        if (pieces.size() == 0) {
            throw new DataException(
                    "bpe tokenizer: the text is empty, so there is nothing to learn from; give a text with "
                    + "characters in it");
        }
        BpeVocabulary vocabulary = BpeTrainer.train(pieces, vocabSize - 1, progress);
        vocabulary.setSpecial(Map.of(SpecialTokens.END_OF_TEXT, vocabulary.size()));
        return new BpeTokenizer(KIND, vocabulary);
    }

    @Override
    public TokenizerKind kind() {
        return kind;
    }

    /** Half a surrogate pair, which UTF-8 cannot hold, is encoded as U+FFFD. */
    @Override
    public int[] encode(String text) {
        return encode(Surrogates.wellFormed(text).toCharArray());
    }

    /** The ids of any bytes, text or not; {@link #decodeBytes} gives them back. */
    public int[] encode(byte[] bytes) {
        return encode(Surrogates.escape(bytes));
    }

    private int[] encode(char[] text) {
        BpeEncoder encoder = idle.poll();
        encoder = encoder == null ? new BpeEncoder(vocabulary) : encoder;
        int[] ids = encoder.encode(text);
        idle.add(encoder);
        return ids;
    }

    @Override
    byte[] bytesOf(int id) {
        return vocabulary.token(id);
    }

    @Override
    public int vocabSize() {
        return vocabulary.size();
    }

    @Override
    public Map<String, Integer> specialTokens() {
        return vocabulary.special();
    }

    @Override
    public byte[] toBytes() {
        return TokenizerJson.write(vocabulary);
    }

    @Override
    public String hash() {
        if (hash == null) {
            hash = Hashes.sha256(toBytes());
        }
        return hash;
    }
}
