package inkhorn.inspect;

import inkhorn.generate.Generator;
import inkhorn.generate.Limits;
import inkhorn.generate.LogitTransform;
import inkhorn.generate.Penalties;
import inkhorn.generate.Sampler;
import inkhorn.generate.Scores;
import inkhorn.generate.TextSoFar;
import inkhorn.generate.Warping;
import inkhorn.nn.LanguageModel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Explains the choice of each token: the candidates, and the probability of each at every stage of the choice.
 */
public final class Explanation {
    private final LogitTransform penalties;
    private final Optional<Warping> warping;
    private final int top;
    private final List<ChosenToken> steps = new ArrayList<>();
    private TextSoFar text;

    private Explanation(TextSoFar text, LogitTransform penalties, Optional<Warping> warping, int top) {
        this.text = text;
        this.penalties = penalties;
        this.warping = warping;
        this.top = top;
    }

    /**
     * The choice of one token.
     *
     * @param position  tokens that stand before it
     * @param chosen    its id
     * @param choices   the largest logits, largest first, ties by lowest id; the chosen one comes last where it is not
     *     among them
     */
    public record ChosenToken(int position, int chosen, List<Choice> choices) {}

    /**
     * A candidate.
     *
     * @param logit       the model's score
     * @param probability its share by the model: softmax of the logits
     * @param tempered    after penalties and temperature
     * @param kept        after all of the warping, what it is drawn with: 0 where top-k or its like exclude it; where
     *     the likeliest is taken, 1 for that one
     */
    public record Choice(int id, double logit, double probability, double tempered, double kept, boolean isChosen) {}

    /**
     * Generates as {@link Generator} does with the same seed, and records each choice.
     *
     * @param warping what tokens are drawn from; empty: the likeliest is taken
     * @param top     candidates to show of each step, at least 1
     * @throws IllegalArgumentException as {@link Generator#generate(int[], Limits, long, TokenListener)}
     */
    public static List<ChosenToken> of(LanguageModel model, int[] prompt, Limits limits, long seed, Penalties penalties,
            Optional<Warping> warping, int top) {
        Sampler sampler = warping.map(bent -> Sampler.drawing(penalties, bent))
                .orElseGet(() -> Sampler.greedy(penalties.transform()));
        Explanation explanation = new Explanation(TextSoFar.ofPrompt(prompt), penalties.transform(), warping, top);
        new Generator(model, sampler, seed).generate(prompt, limits, 0, (id, logits) -> {
            explanation.add(id, logits);
            return true;
        });
        return List.copyOf(explanation.steps);
    }

    private void add(int chosen, float[] logits) {
        double[] plain = Scores.probabilities(logits, LogitTransform.NONE, text);
        LogitTransform heat = warping.map(bent -> LogitTransform.temperature(bent.temperature()))
                .orElse(LogitTransform.NONE);
        double[] tempered = Scores.probabilities(logits, penalties.then(heat), text);
        double[] kept = warping.map(bent -> Scores.probabilities(logits, penalties.then(bent.transform()), text))
                .orElseGet(() -> certain(chosen, logits.length));
        List<Integer> ids = new ArrayList<>(IntStream.range(0, logits.length).boxed()
                .sorted(Comparator.comparingDouble((Integer id) -> -logits[id])).limit(top).toList());      // stable
        if (!ids.contains(chosen)) {
            ids.add(chosen);
        }
        steps.add(new ChosenToken(text.ids().length, chosen, ids.stream()
                .map(id -> new Choice(id, logits[id], plain[id], tempered[id], kept[id], id == chosen)).toList()));
        text = text.plus(chosen);
    }

    private static double[] certain(int chosen, int size) {
        double[] all = new double[size];
        all[chosen] = 1;
        return all;
    }
}
