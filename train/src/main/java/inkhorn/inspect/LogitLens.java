package inkhorn.inspect;

import inkhorn.autograd.NoGrad;
import inkhorn.autograd.Scope;
import inkhorn.autograd.Tensor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * What the residual stream would predict after each layer, through the last layer norm and the head (nostalgebraist
 * 2020).
 */
public final class LogitLens {
    private LogitLens() {}

    /** @param probability by softmax over the whole vocabulary */
    public record Candidate(int id, double logit, double probability) {}

    /**
     * The likeliest tokens after one position, best first, equals by id; and where the token that does follow stands.
     *
     * @param next     the token that follows in the text, or null at its end
     * @param nextRank its place among all tokens, 1 the best; 0 where there is none
     */
    public record Prediction(List<Candidate> top, Candidate next, int nextRank) {}

    /** Of each of the L + 1 residual streams, a prediction for each position. */
    public static List<List<Prediction>> of(ForwardCapture capture, int top) {
        List<List<Prediction>> lens = new ArrayList<>();
        int channels = capture.model().gptConfig().nEmbd();
        for (float[] stream : capture.streams()) {
            try (NoGrad off = NoGrad.open(); Scope layer = Scope.open()) {
                Tensor logits = capture.model().lens(Tensor.of(stream, stream.length / channels, channels));  // (T, V)
                lens.add(predictions(logits.data(), capture, top));
            }
        }
        return lens;
    }

    /** The model's own prediction for each position. */
    public static List<Prediction> output(ForwardCapture capture, int top) {
        return predictions(capture.logits(), capture, top);
    }

    private static List<Prediction> predictions(float[] logits, ForwardCapture capture, int top) {
        List<Prediction> predictions = new ArrayList<>();
        int[] ids = capture.ids();
        for (int t = 0; t < ids.length; t++) {
            double[] row = new double[capture.model().vocabSize()];
            for (int id = 0; id < row.length; id++) {
                row[id] = logits[t * row.length + id];
            }
            predictions.add(prediction(row, top, t + 1 < ids.length ? ids[t + 1] : -1));
        }
        return predictions;
    }

    private static Prediction prediction(double[] logits, int top, int next) {
        double[] probabilities = HeadStages.softmax(logits);
        Comparator<Integer> better = Comparator.<Integer>comparingDouble(id -> -logits[id]).thenComparing(id -> id);
        PriorityQueue<Integer> best = new PriorityQueue<>(better.reversed());
        int rank = next < 0 ? 0 : 1;
        for (int id = 0; id < logits.length; id++) {
            best.add(id);
            if (best.size() > top) {
                best.remove();
            }
            rank += next >= 0 && better.compare(id, next) < 0 ? 1 : 0;
        }
        List<Candidate> candidates = best.stream().sorted(better)
                .map(id -> new Candidate(id, logits[id], probabilities[id])).toList();
        return new Prediction(candidates, next < 0 ? null
                : new Candidate(next, logits[next], probabilities[next]), rank);
    }
}
