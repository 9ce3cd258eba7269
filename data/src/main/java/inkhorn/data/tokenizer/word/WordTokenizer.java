package inkhorn.data.tokenizer.word;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.knuddels.jtokkit.api.IntArrayList;
import inkhorn.data.DataException;
import inkhorn.data.files.Json;
import inkhorn.data.files.Surrogates;
import inkhorn.data.tokenizer.PieceCounts;
import inkhorn.data.tokenizer.PieceTable;
import inkhorn.data.tokenizer.SpecialTokens;
import inkhorn.data.tokenizer.StreamDecoder;
import inkhorn.data.tokenizer.TextCuts;
import inkhorn.data.tokenizer.Tokenizer;
import inkhorn.data.tokenizer.TokenizerKind;
import inkhorn.data.tokenizer.TokenizerKind.Learning;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * One token for each word, punctuation mark and line break ({@link WordPattern}): the most frequent of the text, the
 * others are {@code <unk>}. Spaces are not kept; decoding puts them where they usually stand ({@link WordSpacing}).
 *
 * <p>Saved as {@code {"format":"inkhorn-word","version":1,"vocab":["<unk>","<|endoftext|>","\n","the",…]}}: the most
 * frequent first, equally frequent ones in the order of their UTF-16 units.
 */
public final class WordTokenizer implements Tokenizer {
    /** The special tokens and one word. */
    private static final int LEAST_VOCAB_SIZE = 3;
    /** Neither spaces nor rare words come back as they were. */
    public static final TokenizerKind KIND = new TokenizerKind("word", Learning.TRAINING_SPLIT, LEAST_VOCAB_SIZE, 8192,
            true, false, "inkhorn-word", (chunks, size, threads, progress) -> train(chunks, size, threads),
            WordTokenizer::fromJson);

    static final String UNKNOWN = "<unk>";
    private static final int UNKNOWN_ID = 0;
    private static final int END_OF_TEXT_ID = 1;
    private static final int FIRST_WORD = 2;
    private static final Map<String, Integer> SPECIAL = SpecialTokens.byId(Map.of(UNKNOWN, UNKNOWN_ID,
            SpecialTokens.END_OF_TEXT, END_OF_TEXT_ID));

    private final List<String> vocabulary;
    /** A word's number here is its id less {@link #FIRST_WORD}. Only read once it is filled. */
    private final PieceTable words = new PieceTable();

    /** @param vocabulary by id, beginning with the special tokens */
    private WordTokenizer(List<String> vocabulary) {
        this.vocabulary = List.copyOf(vocabulary);
        for (String word : vocabulary.subList(FIRST_WORD, vocabulary.size())) {
            words.add(word.toCharArray(), 0, word.length());
        }
    }

    /**
     * Learns the most frequent words; the result depends neither on {@code threads} nor on where {@link TextCuts} cut
     * the chunks.
     *
     * @param vocabSize tokens, the special ones included, at least 3; fewer come out of a text with fewer words
     * @throws DataException if there is no word in the text
     */
    public static WordTokenizer train(Iterable<String> chunks, int vocabSize, int threads) {
        PieceCounts counts = PieceCounts.of(WordPattern.INSTANCE, chunks, threads);
        record Word(String text, long count) {}
        List<String> vocabulary = new ArrayList<>(List.of(UNKNOWN, SpecialTokens.END_OF_TEXT));
        IntStream.range(0, counts.size()).mapToObj(i -> new Word(counts.piece(i), counts.count(i)))
                .filter(word -> !isBlank(word.text))
                .sorted(Comparator.comparingLong(Word::count).reversed().thenComparing(Word::text))
                .limit(vocabSize - (long) FIRST_WORD)
                .forEach(word -> vocabulary.add(word.text));
        if (vocabulary.size() == FIRST_WORD) {
            throw new DataException(
                    "word tokenizer: there is no word in the text, so there is no vocabulary; give a text with words "
                            + "in it");
        }
        return new WordTokenizer(vocabulary);
    }

    @Override
    public TokenizerKind kind() {
        return KIND;
    }

    @Override
    public int[] encode(String text) {
        char[] characters = Surrogates.wellFormed(text).toCharArray();
        IntArrayList ids = new IntArrayList(characters.length / 4);
        for (int start = 0; start < characters.length; ) {
            int end = WordPattern.INSTANCE.next(characters, start, characters.length);
            if (!WordPattern.isBlank(characters[start])) {
                int word = words.find(characters, start, end);
                ids.add(word < 0 ? UNKNOWN_ID : word + FIRST_WORD);
            }
            start = end;
        }
        return ids.toArray();
    }

    /** Spaces belong to no token. */
    @Override
    public int[][] offsets(String text) {
        char[] characters = Surrogates.wellFormed(text).toCharArray();
        List<int[]> offsets = new ArrayList<>();
        int done = 0;           // code points in front of start
        for (int start = 0; start < characters.length; ) {
            int end = start + SpecialTokens.lengthAt(text, start, SPECIAL);
            boolean isSpecial = end > start;
            end = isSpecial ? end : WordPattern.INSTANCE.next(characters, start, characters.length);
            int after = done + Character.codePointCount(characters, start, end - start);
            if (isSpecial || !WordPattern.isBlank(characters[start])) {
                offsets.add(new int[] {done, after});
            }
            start = end;
            done = after;
        }
        return offsets.toArray(int[][]::new);
    }

    @Override
    public String decode(int[] ids) {
        StreamDecoder decoder = streamDecoder();
        StringBuilder text = new StringBuilder(6 * ids.length);
        for (int id : ids) {
            text.append(decoder.next(id));
        }
        return text.toString();
    }

    @Override
    public StreamDecoder streamDecoder() {
        WordSpacing spacing = new WordSpacing();
        return id -> spacing.append(word(id));
    }

    @Override
    public StreamDecoder streamDecoderAfter(String text) {
        WordSpacing spacing = new WordSpacing();
        for (int id : encodePrompt(text)) {
            spacing.append(word(id));
        }
        if (!text.isEmpty() && WordPattern.isBlank(text.charAt(text.length() - 1))) {
            spacing.hasSpace();
        }
        return id -> spacing.append(word(id));
    }

    private String word(int id) {
        requireId(id);
        return vocabulary.get(id);
    }

    @Override
    public int vocabSize() {
        return vocabulary.size();
    }

    @Override
    public Map<String, Integer> specialTokens() {
        return SPECIAL;
    }

    @Override
    public OptionalInt unknown() {
        return OptionalInt.of(UNKNOWN_ID);
    }

    @Override
    public byte[] toBytes() {
        ObjectNode root = KIND.newFile();
        ArrayNode vocab = root.putArray("vocab");
        vocabulary.forEach(vocab::add);
        return Json.bytes(root);
    }

    private static WordTokenizer fromJson(JsonNode root) {
        JsonNode vocab = root.path("vocab");
        if (!vocab.isArray() || vocab.size() < LEAST_VOCAB_SIZE || !vocab.get(UNKNOWN_ID).asText().equals(UNKNOWN)
                || !vocab.get(END_OF_TEXT_ID).asText().equals(SpecialTokens.END_OF_TEXT)) {
            throw new DataException("\"vocab\" must be a list of " + UNKNOWN + ", " + SpecialTokens.END_OF_TEXT
                    + " and at least one word");
        }
        Map<String, Integer> ids = new LinkedHashMap<>();
        for (int id = 0; id < vocab.size(); id++) {
            String word = vocab.get(id).isTextual() ? vocab.get(id).textValue() : "";
            if (id >= FIRST_WORD && !isPiece(word)) {
                throw new DataException("vocab[" + id + "] is " + vocab.get(id)
                        + ", expected one word, punctuation mark or line break");
            }
            Integer earlier = ids.putIfAbsent(word, id);
            if (earlier != null) {
                throw new DataException("vocab[" + id + "] is " + vocab.get(id) + ", which is vocab[" + earlier
                        + "] too");
            }
        }
        return new WordTokenizer(new ArrayList<>(ids.keySet()));
    }

    private static boolean isPiece(String word) {
        return !word.isEmpty() && !isBlank(word) && WordPattern.INSTANCE.next(word.toCharArray(), 0,
                word.length()) == word.length();
    }

    private static boolean isBlank(String piece) {
        return WordPattern.isBlank(piece.charAt(0));
    }
}
