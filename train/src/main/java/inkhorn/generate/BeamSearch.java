package inkhorn.generate;

import inkhorn.nn.LanguageModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * Follows the likeliest texts side by side (Graves 2012, 4), as Hugging Face's {@code generate} does with
 * {@code num_beams} and without {@code do_sample}: at each step the 2N likeliest continuations of N texts are looked
 * at; those of the first N that end are candidates for the result, and the N best that do not end go on. Ties go to the
 * better text, then to the lower id.
 */
public final class BeamSearch {
    private static final Comparator<Hypothesis> BEST_FIRST = Comparator.comparingDouble((Hypothesis h) -> -h.score());

    private final LanguageModel model;
    private final Function<LanguageModel, NextLogits> logits;
    private final Beams beams;
    private final LogitTransform penalties;

    /**
     * A text that was found.
     *
     * @param ids what was written after the prompt
     * @param logProbabilities of each, by the model alone, in nats
     * @param score what hypotheses are ranked by: the sum of log-probabilities, penalties applied, over the length to
     *     the power of the length penalty
     * @param reason why it ended
     */
    public record Hypothesis(int[] ids, double[] logProbabilities, double score, FinishReason reason) {}

    /**
     * A text with one more token.
     *
     * @param parent the text that it goes on from: its place among those that went on after the step before, 0 for
     *     the prompt
     * @param id the token
     * @param logProbability of the token, by the model alone, in nats
     * @param score as of {@link Hypothesis}
     * @param reason why the text ended, or null
     */
    public record Branch(int parent, int id, double logProbability, double score, FinishReason reason) {}

    /** Follows a search, step by step. */
    @FunctionalInterface
    public interface Listener {
        /**
         * @param going those that go on, the likeliest first
         * @param ended those that ended and compete with those that ended before
         * @return whether to look further; else the search ends with what there is
         */
        boolean step(List<Branch> going, List<Branch> ended);
    }

    public BeamSearch(LanguageModel model, Beams beams, LogitTransform penalties) {
        this(model, CachedLogits::of, beams, penalties);
    }

    /**
     * @param logits how the model's logits are computed; opened and closed for each call
     * @param penalties applied to log-probabilities, as Hugging Face does in beam search, and not to logits
     */
    public BeamSearch(LanguageModel model, Function<LanguageModel, NextLogits> logits, Beams beams,
            LogitTransform penalties) {
        this.model = model;
        this.logits = logits;
        this.beams = beams;
        this.penalties = penalties;
    }

    /**
     * @param isStop whether a text that goes on from the prompt with these tokens ends there, as at a stop string
     * @param isEnough asked after each step: whether to leave it at what there is
     * @return at most {@code width} texts, the best first
     * @throws IllegalArgumentException as {@link Generator#generate(int[][], Limits, long, List)}
     */
    public List<Hypothesis> search(int[] prompt, Limits limits, Predicate<int[]> isStop, BooleanSupplier isEnough) {
        return search(prompt, limits, isStop, (going, ended) -> !isEnough.getAsBoolean());
    }

    /** As above, and tells of each step. */
    public List<Hypothesis> search(int[] prompt, Limits limits, Predicate<int[]> isStop, Listener listener) {
        Generator.check(prompt, limits, model);
        int most = limits.slide() ? limits.tokens() : Math.min(limits.tokens(), model.blockSize() - prompt.length);
        List<Beam> running = List.of(new Beam(TextSoFar.ofPrompt(prompt), new double[0], 0));
        List<Hypothesis> finished = new ArrayList<>();
        if (most == 0) {
            return List.of(new Hypothesis(new int[0], new double[0], 0, FinishReason.LENGTH));
        }
        try (NextLogits next = logits.apply(model)) {
            float[][] rows = next.start(new int[][] {prompt});
            while (true) {
                List<Continuation> continuations = continuations(running, rows);
                List<Continuation> going = new ArrayList<>();
                List<Branch> ended = new ArrayList<>();
                for (int rank = 0; rank < continuations.size(); rank++) {
                    Continuation continuation = continuations.get(rank);
                    FinishReason reason = reason(continuation.text(running), limits, isStop);
                    if (reason == null) {
                        going.add(continuation);
                    } else if (rank < beams.width()) {
                        Hypothesis hypothesis = continuation.after(running, rows).ended(reason, beams);
                        finished.add(hypothesis);
                        ended.add(branch(continuation, hypothesis));
                    }
                }
                keepBest(finished);
                going = going.subList(0, Math.min(going.size(), beams.width()));
                List<Beam> grown = new ArrayList<>();
                for (Continuation continuation : going) {
                    grown.add(continuation.after(running, rows));
                }
                boolean isWanted = listener.step(branches(going, grown), ended);
                if (going.isEmpty()) {
                    return finished.isEmpty() ? ended(running, FinishReason.EXHAUSTED) : finished;
                }
                running = grown;
                if (isDone(finished, running.get(0), most)) {
                    return finished;
                } else if (!isWanted) {
                    return ended(running, FinishReason.STOP);
                }
                rows = next.next(going.stream().mapToInt(Continuation::beam).toArray(),
                        going.stream().mapToInt(Continuation::id).toArray());
            }
        }
    }

    private List<Branch> branches(List<Continuation> going, List<Beam> grown) {
        return IntStream.range(0, going.size())
                .mapToObj(i -> branch(going.get(i), grown.get(i).ended(null, beams))).toList();
    }

    private static Branch branch(Continuation continuation, Hypothesis text) {
        double[] logProbabilities = text.logProbabilities();
        return new Branch(continuation.beam(), continuation.id(),
                logProbabilities[logProbabilities.length - 1], text.score(), text.reason());
    }

    private FinishReason reason(TextSoFar text, Limits limits, Predicate<int[]> isStop) {
        FinishReason reached = limits.reached(text, model.blockSize());
        boolean isEnd = reached == FinishReason.END_OF_TEXT;
        return !isEnd && isStop.test(text.continuation()) ? FinishReason.STOP : reached;
    }

    /** The 2N likeliest continuations, the best first: as many as can end, so that N remain to go on. */
    private List<Continuation> continuations(List<Beam> running, float[][] rows) {
        int most = 2 * beams.width();
        Comparator<Continuation> worstFirst = Comparator.comparingDouble(Continuation::score)
                .thenComparing(Comparator.comparingInt(Continuation::beam).reversed())
                .thenComparing(Comparator.comparingInt(Continuation::id).reversed());
        PriorityQueue<Continuation> best = new PriorityQueue<>(worstFirst);
        for (int beam = 0; beam < running.size(); beam++) {
            double[] scores = Scores.of(rows[beam]);
            Scores.logSoftmax(scores);
            penalties.apply(scores, running.get(beam).text());
            for (int id = 0; id < scores.length; id++) {
                double score = running.get(beam).sum() + scores[id];
                boolean isBetter = best.size() < most || score > best.peek().score();       // a later one loses a tie
                if (scores[id] != Scores.EXCLUDED && isBetter) {
                    best.add(new Continuation(beam, id, score));
                    if (best.size() > most) {
                        best.poll();
                    }
                }
            }
        }
        return best.stream().sorted(worstFirst.reversed()).toList();
    }

    private void keepBest(List<Hypothesis> finished) {
        finished.sort(BEST_FIRST);        // stable: of equals, the earlier found
        if (finished.size() > beams.width()) {
            finished.subList(beams.width(), finished.size()).clear();
        }
    }

    /** @param best of those that go on */
    private boolean isDone(List<Hypothesis> finished, Beam best, int most) {
        if (finished.size() < beams.width()) {
            return false;
        } else if (beams.earlyStopping() == Beams.EarlyStopping.TRUE) {
            return true;
        }
        boolean mayGrow = beams.earlyStopping() == Beams.EarlyStopping.NEVER && beams.lengthPenalty() > 0;
        double attainable = beams.score(best.sum(), mayGrow ? most : best.text().written());
        return attainable <= finished.get(finished.size() - 1).score();
    }

    private List<Hypothesis> ended(List<Beam> running, FinishReason reason) {
        return running.stream().map(beam -> beam.ended(reason, beams)).toList();
    }

    /** A text that goes on. */
    private record Beam(TextSoFar text, double[] logProbabilities, double sum) {
        Hypothesis ended(FinishReason reason, Beams beams) {
            double score = text.written() == 0 ? 0 : beams.score(sum, text.written());
            return new Hypothesis(text.continuation(), logProbabilities, score, reason);
        }
    }

    /** A token that may follow a beam, and the sum of scores with it. */
    private record Continuation(int beam, int id, double score) {
        TextSoFar text(List<Beam> running) {
            return running.get(beam).text().plus(id);
        }

        Beam after(List<Beam> running, float[][] rows) {
            double[] before = running.get(beam).logProbabilities();
            double[] with = Arrays.copyOf(before, before.length + 1);
            with[before.length] = Scores.logProbability(rows[beam], id);
            return new Beam(text(running), with, score);
        }
    }
}
