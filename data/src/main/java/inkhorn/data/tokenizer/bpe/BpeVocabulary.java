package inkhorn.data.tokenizer.bpe;

import com.knuddels.jtokkit.api.IntArrayList;
import inkhorn.data.tokenizer.SpecialTokens;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * What a byte-level BPE has learned: the bytes of each token, and which pairs of tokens are joined to which, the most
 * urgent first. Immutable once it is in use.
 */
final class BpeVocabulary {
    private final List<byte[]> tokens = new ArrayList<>();
    private final int[] byteIds = new int[256];
    /** A pair's number is its rank: the lower, the earlier it is joined. */
    private final PairTable ranks = new PairTable(1 << 10);
    private final IntArrayList lefts = new IntArrayList(1 << 10);
    private final IntArrayList rights = new IntArrayList(1 << 10);
    private final IntArrayList joined = new IntArrayList(1 << 10);
    private Map<String, Integer> special = Map.of();

    private BpeVocabulary() {}

    /** The 256 bytes alone, in GPT-2's order. */
    static BpeVocabulary ofBytes() {
        BpeVocabulary vocabulary = new BpeVocabulary();
        for (int id = 0; id < 256; id++) {
            vocabulary.addToken(new byte[] {ByteLevel.byteOfId(id)});
        }
        return vocabulary;
    }

    /** @param tokens by id; each byte must be among them */
    static BpeVocabulary ofTokens(List<byte[]> tokens, Map<String, Integer> special) {
        BpeVocabulary vocabulary = new BpeVocabulary();
        tokens.forEach(vocabulary::addToken);
        vocabulary.setSpecial(special);
        return vocabulary;
    }

    /**
     * A vocabulary whose ids are its ranks and whose merges are not written down, as in tiktoken's files: each token is
     * the two that its bytes become without it.
     *
     * @throws IllegalArgumentException if a token cannot be made of two earlier ones
     */
    static BpeVocabulary fromRanks(byte[][] tokens, Map<String, Integer> special) {
        BpeVocabulary vocabulary = ofBytes();
        BpeMerger merger = new BpeMerger(vocabulary);
        for (int id = 0; id < tokens.length; id++) {
            if (id < 256) {
                vocabulary.tokens.set(id, tokens[id]);
                vocabulary.byteIds[tokens[id][0] & 0xFF] = id;
                continue;
            }
            int count = merger.merge(tokens[id], tokens[id].length);
            if (count != 2) {
                throw new IllegalArgumentException("token " + id + " is made of " + count
                        + " earlier ones, expected 2");
            }
            vocabulary.addToken(tokens[id]);
            vocabulary.addMerge(merger.ids()[0], merger.ids()[1], id);
        }
        vocabulary.setSpecial(special);
        return vocabulary;
    }

    int addToken(byte[] bytes) {
        if (bytes.length == 1) {
            byteIds[bytes[0] & 0xFF] = tokens.size();
        }
        tokens.add(bytes);
        return tokens.size() - 1;
    }

    /** @return false if the pair has been added before */
    boolean addMerge(int left, int right, int id) {
        if (ranks.add(PairTable.pair(left, right)) < joined.size()) {
            return false;
        }
        lefts.add(left);
        rights.add(right);
        joined.add(id);
        return true;
    }

    /** Special tokens whose ids follow the others become tokens, ascending; one that is among them already stays. */
    void setSpecial(Map<String, Integer> byText) {
        special = SpecialTokens.byId(byText);
        special.forEach((text, id) -> {
            if (id == tokens.size()) {
                tokens.add(text.getBytes(StandardCharsets.UTF_8));
            }
        });
    }

    int size() {
        return tokens.size();
    }

    byte[] token(int id) {
        return tokens.get(id);
    }

    byte[] join(int left, int right) {
        byte[] bytes = Arrays.copyOf(token(left), token(left).length + token(right).length);
        System.arraycopy(token(right), 0, bytes, token(left).length, token(right).length);
        return bytes;
    }

    int idOfByte(byte b) {
        return byteIds[b & 0xFF];
    }

    Map<String, Integer> special() {
        return special;
    }

    int merges() {
        return joined.size();
    }

    int left(int rank) {
        return lefts.get(rank);
    }

    int right(int rank) {
        return rights.get(rank);
    }

    /** The token that the pair of {@code rank} becomes. */
    int joined(int rank) {
        return joined.get(rank);
    }

    /** @return the rank of the pair, or {@link Integer#MAX_VALUE} if it is never joined */
    int rank(int left, int right) {
        int rank = ranks.find(PairTable.pair(left, right));
        return rank < 0 ? Integer.MAX_VALUE : rank;
    }
}
