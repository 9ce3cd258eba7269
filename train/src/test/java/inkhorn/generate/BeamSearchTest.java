package inkhorn.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import inkhorn.generate.BeamSearch.Hypothesis;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against all texts of a tiny model, and against Hugging Face's former beam scorer written out. */
class BeamSearchTest {

    private static final int V = 4;
    private static final int END = 2;
    private static final int LENGTH = 4;
    private static final int[] PROMPT = {1, 3};

    @Test
    void oneBeamIsGreedy() {
        for (int seed = 0; seed < 100; seed++) {
            TinyModel model = new TinyModel(V, 16, seed);
            List<Integer> greedy = new ArrayList<>();
            new Generator(model, Sampler.greedy(), 0).generate(PROMPT, 10, 0, greedy::add);
            assertThat(ids(search(model, Beams.ofWidth(1), Limits.ofTokens(10)))).containsExactly(greedy);
        }
    }

    /** With as many beams as there are texts, nothing is pruned: the result is all texts, by score. */
    @ParameterizedTest
    @ValueSource(doubles = {0, 1, 2, -1})
    void withEnoughBeamsTheBestOfAllTextsAreFound(double lengthPenalty) {
        Beams beams = new Beams(V * V * V * V, lengthPenalty, Beams.EarlyStopping.NEVER);
        for (int seed = 0; seed < 20; seed++) {
            TinyModel model = new TinyModel(V, 16, seed);
            List<Found> all = new ArrayList<>();
            enumerate(model, List.of(), 0, lengthPenalty, all);
            List<Hypothesis> found = search(model, beams, new Limits(LENGTH, OptionalInt.of(END), true));
            assertThat(found).hasSameSizeAs(all);
            all.sort(Comparator.comparingDouble((Found text) -> -text.score));
            for (int i = 0; i < all.size(); i++) {
                assertThat(found.get(i).score()).isCloseTo(all.get(i).score, within(1e-12));
            }
            assertThat(ids(found)).containsExactlyInAnyOrderElementsOf(all.stream().map(Found::ids).toList());
        }
    }

    /**
     * Several narrow beams, every kind of stopping, texts that end: as {@code BeamSearchScorer} and
     * {@code BeamHypotheses} had it.
     */
    @ParameterizedTest
    @CsvSource({"2, 1, TRUE", "3, 1, TRUE", "3, 0.5, TRUE", "2, 0, NEVER", "3, 1, NEVER", "5, 2, NEVER", "3, -1, TRUE",
        "2, 1, FALSE", "4, 0, FALSE"})
    void narrowBeamsKeepWhatTheDefinitionKeeps(int width, double lengthPenalty, Beams.EarlyStopping earlyStopping) {
        Beams beams = new Beams(width, lengthPenalty, earlyStopping);
        for (int seed = 0; seed < 150; seed++) {
            TinyModel model = new TinyModel(7, 32, seed);
            List<Found> expected = definition(model, beams, 8);
            List<Hypothesis> found = search(model, beams, new Limits(8, OptionalInt.of(END), true));
            assertThat(ids(found)).as("seed " + seed).isEqualTo(expected.stream().map(Found::ids).toList());
        }
    }

    /** All tokens equally likely: every sum is a tie, which goes to the better text and then to the lower id. */
    @Test
    void tiesGoToTheBetterTextAndThenToTheLowerId() {
        NextLogits alike = new NextLogits() {
            @Override
            public float[][] join(int[][] prompts) {
                return new float[prompts.length][V];
            }

            @Override
            public float[][] next(int[] parents, int[] tokens) {
                return new float[tokens.length][V];
            }

            @Override
            public void close() {
                // Nothing is held.
            }
        };
        List<Hypothesis> found = new BeamSearch(new TinyModel(V, 16, 0), model -> alike, Beams.ofWidth(3),
                LogitTransform.NONE)
                .search(PROMPT, Limits.ofTokens(2), ids -> false, () -> false);
        assertThat(ids(found)).containsExactly(List.of(0, 0), List.of(0, 1), List.of(0, 2));
    }

    @Test
    void aStopStringEndsABeamAsTheEndOfTextDoes() {
        TinyModel model = new TinyModel(V, 16, 5);
        BeamSearch search = new BeamSearch(model, Beams.ofWidth(3), LogitTransform.NONE);
        List<Hypothesis> stopped = search.search(PROMPT, Limits.ofTokens(8),
                ids -> ids[ids.length - 1] == END, () -> false);
        List<Hypothesis> ended = search(model, Beams.ofWidth(3), new Limits(8, OptionalInt.of(END), true));
        assertThat(ids(stopped)).isEqualTo(ids(ended));
        assertThat(stopped).extracting(Hypothesis::reason).contains(FinishReason.STOP)
                .doesNotContain(FinishReason.END_OF_TEXT);
    }

    @Test
    void logProbabilitiesAreTheModelsAndTheirSumIsTheScoreWithoutPenalties() {
        TinyModel model = new TinyModel(V, 16, 9);
        Hypothesis best = search(model, new Beams(3, 0, Beams.EarlyStopping.FALSE), Limits.ofTokens(5)).get(0);
        assertThat(Arrays.stream(best.logProbabilities()).sum()).isCloseTo(best.score(), within(1e-12));
        double first = Math.exp(model.logitsAfter(PROMPT)[best.ids()[0]]);
        double total = IntStream.range(0, V).mapToDouble(id -> Math.exp(model.logitsAfter(PROMPT)[id])).sum();
        assertThat(best.logProbabilities()[0]).isCloseTo(Math.log(first / total), within(1e-12));
    }

    @Test
    void penaltiesHoldInBeamsToo() {
        for (int seed = 0; seed < 20; seed++) {
            BeamSearch search = new BeamSearch(new TinyModel(7, 16, seed), Beams.ofWidth(3),
                    LogitTransform.noRepeatNgram(1));
            for (Hypothesis found : search.search(PROMPT, Limits.ofTokens(5), ids -> false, () -> false)) {
                assertThat(found.ids()).hasSize(5).doesNotHaveDuplicates().doesNotContain(1, 3);
            }
        }
    }

    @Test
    void theStepsThatAListenerIsToldOfMakeTheTextsThatAreFound() {
        for (int seed = 0; seed < 20; seed++) {
            TinyModel model = new TinyModel(4, 16, seed);
            Limits limits = new Limits(6, OptionalInt.of(END), true);
            List<List<Integer>> ended = new ArrayList<>();
            List<Double> scores = new ArrayList<>();
            List<List<List<Integer>>> now = new ArrayList<>(List.of(List.of(List.of())));
            List<Hypothesis> found = new BeamSearch(model, Beams.ofWidth(3), LogitTransform.NONE).search(PROMPT, limits,
                    ids -> false, (on, off) -> {
                        List<List<Integer>> before = now.get(now.size() - 1);
                        off.forEach(branch -> {
                            ended.add(plus(before, branch));
                            scores.add(branch.score());
                            assertThat(branch.reason()).isNotNull();
                        });
                        now.add(on.stream().map(branch -> plus(before, branch)).toList());
                        return true;
                    });
            assertThat(found).isNotEmpty();
            for (Hypothesis text : found) {
                int at = ended.indexOf(Arrays.stream(text.ids()).boxed().toList());
                assertThat(at).as("seed " + seed).isNotNegative();
                assertThat(scores.get(at)).isEqualTo(text.score());
            }
        }
    }

    @Test
    void aListenerEndsTheSearchWithWhatThereIs() {
        List<Hypothesis> found = new BeamSearch(new TinyModel(4, 16, 1), Beams.ofWidth(2), LogitTransform.NONE)
                .search(PROMPT, Limits.ofTokens(9), ids -> false, (going, ended) -> false);
        assertThat(found).hasSize(2).allSatisfy(text -> {
            assertThat(text.ids()).hasSize(1);
            assertThat(text.reason()).isEqualTo(FinishReason.STOP);
        });
    }

    private static List<Integer> plus(List<List<Integer>> before, BeamSearch.Branch branch) {
        List<Integer> longer = new ArrayList<>(before.get(branch.parent()));
        longer.add(branch.id());
        return longer;
    }

    private static List<Hypothesis> search(TinyModel model, Beams beams, Limits limits) {
        return new BeamSearch(model, beams, LogitTransform.NONE).search(PROMPT, limits, ids -> false, () -> false);
    }

    private static List<List<Integer>> ids(List<Hypothesis> found) {
        return found.stream().map(text -> Arrays.stream(text.ids()).boxed().toList()).toList();
    }

    private record Found(List<Integer> ids, double score) {
    }

    private static double[] logProbabilities(TinyModel model, List<Integer> written) {
        float[] logits =
                model.logitsAfter(IntStream.concat(Arrays.stream(PROMPT),
                written.stream().mapToInt(id -> id)).toArray());
        double total = 0;
        for (float logit : logits) {
            total += Math.exp(logit);
        }
        double logTotal = Math.log(total);
        return IntStream.range(0, logits.length).mapToDouble(id -> logits[id] - logTotal).toArray();
    }

    private static void enumerate(TinyModel model, List<Integer> written, double sum, double lengthPenalty,
            List<Found> all) {
        boolean isOver = written.size() == LENGTH || !written.isEmpty() && written.get(written.size() - 1) == END;
        if (isOver) {
            all.add(new Found(written, sum / Math.pow(written.size(), lengthPenalty)));
            return;
        }
        double[] logs = logProbabilities(model, written);
        for (int id = 0; id < V; id++) {
            enumerate(model, plus(written, id), sum + logs[id], lengthPenalty, all);
        }
    }

    /** All continuations in one sorted list a step; a list of finished texts that gives up its worst. */
    private static List<Found> definition(TinyModel model, Beams beams, int length) {
        int width = beams.width();
        List<Found> running = List.of(new Found(List.of(), 0));
        List<Found> finished = new ArrayList<>();
        for (int step = 1; step <= length; step++) {
            List<Found> continuations = new ArrayList<>();
            for (Found text : running) {
                double[] logs = logProbabilities(model, text.ids);
                for (int id = 0; id < logs.length; id++) {
                    continuations.add(new Found(plus(text.ids, id), text.score + logs[id]));
                }
            }
            continuations.sort(Comparator.comparingDouble((Found text) -> -text.score));
            running = new ArrayList<>();
            for (int rank = 0; rank < Math.min(2 * width, continuations.size()); rank++) {
                Found text = continuations.get(rank);
                if (step == length || text.ids.get(step - 1) == END) {
                    if (rank < width) {
                        finished.add(new Found(text.ids, text.score / Math.pow(step, beams.lengthPenalty())));
                        finished.sort(Comparator.comparingDouble((Found one) -> -one.score));
                        finished = new ArrayList<>(finished.subList(0, Math.min(width, finished.size())));
                    }
                } else if (running.size() < width) {
                    running.add(text);
                }
            }
            if (finished.size() == width && step < length) {
                boolean mayGrow = beams.earlyStopping() == Beams.EarlyStopping.NEVER && beams.lengthPenalty() > 0;
                double attainable = running.get(0).score / Math.pow(mayGrow ? length : step, beams.lengthPenalty());
                if (beams.earlyStopping() == Beams.EarlyStopping.TRUE || finished.get(width - 1).score >= attainable) {
                    break;
                }
            }
        }
        return finished;
    }

    private static List<Integer> plus(List<Integer> text, int id) {
        List<Integer> longer = new ArrayList<>(text);
        longer.add(id);
        return List.copyOf(longer);
    }
}
