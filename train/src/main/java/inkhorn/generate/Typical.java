package inkhorn.generate;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** See {@link LogitTransform#typical}. */
record Typical(double p) implements LogitTransform {

    Typical {
        if (!(p > 0 && p <= 1)) {
            throw new IllegalArgumentException("typical-p must be above 0 and at most 1, found " + p);
        }
    }

    @Override
    public void apply(double[] scores, TextSoFar text) {
        if (p == 1) {
            return;
        }
        double[] logs = scores.clone();
        Scores.logSoftmax(logs);
        double entropy = 0;
        for (double log : logs) {
            entropy -= log == Scores.EXCLUDED ? 0 : StrictMath.exp(log) * log;
        }
        double information = entropy;
        List<Integer> order = IntStream.range(0, logs.length).filter(id -> logs[id] != Scores.EXCLUDED).boxed()
                .sorted(Comparator.comparingDouble((Integer id) -> Math.abs(-logs[id] - information))).toList();   // stable
        double mass = 0;
        for (int id : order) {
            if (mass >= p) {
                scores[id] = Scores.EXCLUDED;
            }
            mass += StrictMath.exp(logs[id]);
        }
    }
}
