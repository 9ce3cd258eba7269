package inkhorn.serve.api;

import inkhorn.data.tokenizer.Tokenizer;
import inkhorn.generate.Scores;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A token with its log-probability by the model, before temperature, penalties and filters.
 *
 * @param bytes          what it stands for, not always whole characters
 * @param logProbability in nats; null of the first token of a text, which nothing stands before
 * @param top            the likeliest at this place, the best first; of these, {@code top} is empty
 * @param offset         the characters of the text before it
 */
record TokenScore(byte[] bytes, Double logProbability, List<TokenScore> top, int offset) {

    /** OpenAI's number for a logarithm that JSON cannot write. */
    private static final double LEAST = -9999;

    /** @param top how many of the likeliest are wanted */
    static TokenScore of(Tokenizer tokenizer, float[] logits, int id, int top, int offset) {
        double own = Scores.logProbability(logits, id);
        double total = logits[id] - own;        // the logarithm of the sum
        List<TokenScore> likeliest = new ArrayList<>();
        for (int other : likeliest(logits, top)) {
            double score = finite(logits[other] - total);
            likeliest.add(new TokenScore(tokenizer.tokenBytes(other), score, List.of(), offset));
        }
        return new TokenScore(tokenizer.tokenBytes(id), finite(own), likeliest, offset);
    }

    private static double finite(double value) {
        return Math.max(LEAST, value);
    }

    /** Of several that are equal, the lowest ids. */
    private static List<Integer> likeliest(float[] logits, int count) {
        List<Integer> best = new ArrayList<>(count + 1);
        Comparator<Integer> order = Comparator.comparingDouble(id -> -logits[id]);
        for (int id = 0; id < logits.length && count > 0; id++) {
            if (best.size() < count || logits[id] > logits[best.get(count - 1)]) {
                int at = best.size();
                while (at > 0 && order.compare(id, best.get(at - 1)) < 0) {
                    at--;
                }
                best.add(at, id);
                if (best.size() > count) {
                    best.remove(count);
                }
            }
        }
        return best;
    }

    TokenScore movedBy(int characters) {
        return new TokenScore(bytes, logProbability, top, offset + characters);
    }

    /** With U+FFFD where a character is not whole. */
    String text() {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** As OpenAI's completions name a token: {@code bytes:\xe2\x82} where a character is not whole. */
    String name() {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            StringBuilder name = new StringBuilder("bytes:");
            for (byte b : bytes) {
                name.append(String.format("\\x%02x", b));
            }
            return name.toString();
        }
    }
}
