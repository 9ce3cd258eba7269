package inkhorn.generate;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Changes the scores from which the next token is chosen: a strategy is a chain of these and a choice
 * ({@link Sampler}). Names, meaning and order are those of Hugging Face's {@code generate}; where several tokens tie,
 * the lowest ids are kept.
 */
@FunctionalInterface
public interface LogitTransform {
    /** Changes nothing. */
    LogitTransform NONE = (scores, text) -> { };

    /**
     * @param scores logits, one a token, V of them, changed in place; negative infinity excludes a token
     * @param text what stands before the token to be chosen
     */
    void apply(double[] scores, TextSoFar text);

    /** This transform, then {@code next}. */
    default LogitTransform then(LogitTransform next) {
        return (scores, text) -> {
            apply(scores, text);
            next.apply(scores, text);
        };
    }

    /**
     * Divides by {@code temperature}: below 1 sharpens, above 1 flattens (Ackley, Hinton and Sejnowski 1985).
     *
     * @throws IllegalArgumentException unless it is finite and above 0
     */
    static LogitTransform temperature(double temperature) {
        require(temperature > 0 && temperature < Double.POSITIVE_INFINITY,
                "temperature must be above 0 and finite", temperature);
        return (scores, text) -> {
            // The largest becomes 0, which softmax does not notice: so the smallest temperature does not overflow.
            int best = Scores.largest(scores);
            double largest = best < 0 ? 0 : scores[best];
            for (int id = 0; id < scores.length; id++) {
                scores[id] = (scores[id] - largest) / temperature;
            }
        };
    }

    /**
     * Keeps the k largest (Fan et al. 2018, 5.4).
     *
     * @throws IllegalArgumentException unless k is at least 1
     */
    static LogitTransform topK(int k) {
        require(k >= 1, "top-k must be at least 1", k);
        return (scores, text) -> Scores.keepLargest(scores, k);
    }

    /**
     * Keeps the nucleus: the fewest of the likeliest tokens whose probabilities come to {@code p} (Holtzman et al.
     * 2020, 3.1).
     *
     * @throws IllegalArgumentException unless 0 < p ≤ 1
     */
    static LogitTransform topP(double p) {
        require(p > 0 && p <= 1, "top-p must be above 0 and at most 1", p);
        return p == 1 ? NONE : (scores, text) -> {
            double[] weights = Scores.weights(scores);
            Arrays.sort(weights);
            double enough = p * Scores.sum(weights);
            int count = 0;
            for (double mass = 0; mass < enough && count < weights.length; count++) {
                mass += weights[weights.length - 1 - count];
            }
            Scores.keepLargest(scores, Math.max(count, 1));
        };
    }

    /**
     * Keeps what is at least {@code p} times as likely as the likeliest (Nguyen et al. 2024, 3).
     *
     * @throws IllegalArgumentException unless 0 ≤ p ≤ 1
     */
    static LogitTransform minP(double p) {
        require(p >= 0 && p <= 1, "min-p must be between 0 and 1", p);
        return (scores, text) -> {
            double[] weights = Scores.weights(scores);          // that of the likeliest token is 1
            for (int id = 0; id < scores.length; id++) {
                if (weights[id] < p) {
                    scores[id] = Scores.EXCLUDED;
                }
            }
        };
    }

    /**
     * Keeps the fewest tokens whose probabilities come to {@code p}, those first whose information is nearest to the
     * distribution's entropy (Meister et al. 2023, 3.1).
     *
     * @throws IllegalArgumentException unless 0 < p ≤ 1
     */
    static LogitTransform typical(double p) {
        require(p > 0 && p <= 1, "typical-p must be above 0 and at most 1", p);
        return p == 1 ? NONE : (scores, text) -> {
            double[] logs = scores.clone();
            Scores.logSoftmax(logs);
            double sum = 0;
            for (double log : logs) {
                sum -= log == Scores.EXCLUDED ? 0 : StrictMath.exp(log) * log;
            }
            double entropy = sum;
            List<Integer> mostTypicalFirst = IntStream.range(0, logs.length)
                    .filter(id -> logs[id] != Scores.EXCLUDED).boxed()
                    .sorted(Comparator.comparingDouble((Integer id) -> Math.abs(-logs[id] - entropy)))
                    .toList();       // stable
            double mass = 0;
            for (int id : mostTypicalFirst) {
                if (mass >= p) {
                    scores[id] = Scores.EXCLUDED;
                }
                mass += StrictMath.exp(logs[id]);
            }
        };
    }

    /**
     * Makes every token of the text, prompt and all, less likely: a positive score is divided by {@code penalty}, a
     * negative one multiplied (Keskar et al. 2019, 4.1).
     *
     * @throws IllegalArgumentException unless it is finite and above 0; 1 changes nothing
     */
    static LogitTransform repetitionPenalty(double penalty) {
        require(penalty > 0 && penalty < Double.POSITIVE_INFINITY,
                "repetition penalty must be above 0 and finite", penalty);
        return (scores, text) -> Arrays.stream(text.ids()).distinct()
                .forEach(id -> scores[id] = scores[id] < 0 ? scores[id] * penalty : scores[id] / penalty);
    }

    /**
     * Subtracts {@code penalty} once from every token that was written after the prompt, as OpenAI's and vLLM's
     * interfaces do; Hugging Face has no such option.
     *
     * @throws IllegalArgumentException unless it is finite; 0 changes nothing
     */
    static LogitTransform presencePenalty(double penalty) {
        require(Double.isFinite(penalty), "presence penalty must be finite", penalty);
        return (scores, text) -> Arrays.stream(text.continuation()).distinct().forEach(id -> scores[id] -= penalty);
    }

    /**
     * Subtracts {@code penalty} from every token as often as it was written after the prompt, as OpenAI's and vLLM's
     * interfaces do.
     *
     * @throws IllegalArgumentException unless it is finite; 0 changes nothing
     */
    static LogitTransform frequencyPenalty(double penalty) {
        require(Double.isFinite(penalty), "frequency penalty must be finite", penalty);
        return (scores, text) -> {
            for (int i = text.promptLength(); i < text.ids().length; i++) {
                scores[text.ids()[i]] -= penalty;
            }
        };
    }

    /** Adds a number to the scores of some tokens, as OpenAI's {@code logit_bias}. */
    static LogitTransform bias(Map<Integer, Double> added) {
        Map<Integer, Double> copy = Map.copyOf(added);
        return (scores, text) -> copy.forEach((id, value) -> scores[id] += value);
    }

    /**
     * Excludes what would make a run of {@code n} tokens stand in the text twice (Paulus et al. 2017, 2.5).
     *
     * @throws IllegalArgumentException unless n is at least 1
     */
    static LogitTransform noRepeatNgram(int n) {
        require(n >= 1, "no-repeat n-gram must be at least 1", n);
        return (scores, text) -> {
            int[] ids = text.ids();
            int last = ids.length - (n - 1);          // where the run begins that the next token would complete
            for (int from = 0; from < last; from++) {
                if (from + n - 1 < ids.length && Arrays.equals(ids, from, from + n - 1, ids, last, ids.length)) {
                    scores[ids[from + n - 1]] = Scores.EXCLUDED;
                }
            }
        };
    }

    private static void require(boolean isAllowed, String rule, Number found) {
        if (!isAllowed) {
            throw new IllegalArgumentException(rule + ", found " + found);
        }
    }
}
