package inkhorn.serve.api;

import inkhorn.data.tokenizer.Tokenizer;
import inkhorn.generate.FinishReason;
import inkhorn.generate.Scores;
import inkhorn.generate.StreamedText;
import inkhorn.generate.batching.TextOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * One text of an answer while it is generated. The computing thread adds to it, and the thread of the request takes the
 * available part. Both hold the answer's lock.
 */
final class ChoiceText implements TextOrder.Receiver {
    private final Answer answer;
    private final Tokenizer tokenizer;
    private final int top;
    private final boolean isRanked;
    private final StreamedText streamed;
    /** Certain and not taken yet. */
    private final StringBuilder fresh = new StringBuilder();
    /** Not taken yet: those whose text is held back too. */
    private final Deque<TokenScore> scores = new ArrayDeque<>();
    private int shown;
    private int tokens;
    private double logProbability;
    private FinishReason reason;

    /**
     * What was taken.
     *
     * @param scores of the tokens that begin in this text, or before it and were held back; null where none are wanted
     * @param reason why the text has ended, or null
     */
    record Part(String text, List<TokenScore> scores, FinishReason reason) {
        boolean isNothing() {
            return text.isEmpty() && (scores == null || scores.isEmpty()) && reason == null;
        }
    }

    ChoiceText(Answer answer, Tokenizer tokenizer, Wanted wanted, Wanted.Prompt prompt) {
        this.answer = answer;
        this.tokenizer = tokenizer;
        this.top = wanted.top();
        this.isRanked = wanted.bestOf() > wanted.n();
        this.streamed = new StreamedText(tokenizer, prompt.text(), wanted.stops(), fresh::append);
    }

    @Override
    public boolean accept(int id, float[] logits) {
        double ranked = isRanked ? Scores.logProbability(logits, id) : 0;
        TokenScore score = top < 0 ? null : TokenScore.of(tokenizer, logits, id, top, streamed.decoded());
        synchronized (answer) {
            boolean more = streamed.accept(id, logits);
            tokens++;
            logProbability += ranked;
            if (score != null) {
                scores.add(score);
            }
            answer.grown();
            return more;
        }
    }

    @Override
    public void ended(FinishReason why) {
        synchronized (answer) {
            streamed.finish();
            reason = why;
            answer.ended(null);
        }
    }

    @Override
    public void failed(Throwable why) {
        synchronized (answer) {
            answer.ended(why);
        }
    }

    /** What came since the last call. */
    Part take() {
        synchronized (answer) {
            String text = fresh.toString();
            fresh.setLength(0);
            shown += text.length();
            List<TokenScore> certain = top < 0 ? null : new ArrayList<>();
            while (!scores.isEmpty() && scores.peek().offset() < shown) {
                certain.add(scores.remove());
            }
            return new Part(text, certain, reason);
        }
    }

    boolean hasText() {
        return !fresh.isEmpty();
    }

    /** Written so far, those of a stop string too. */
    int tokens() {
        synchronized (answer) {
            return tokens;
        }
    }

    /** What best_of chooses by: the mean log-probability of a token. */
    double meanLogProbability() {
        synchronized (answer) {
            return tokens == 0 ? 0 : logProbability / tokens;
        }
    }
}
