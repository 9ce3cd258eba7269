package inkhorn.generate;

import java.util.Arrays;

/** See {@link LogitTransform#noRepeatNgram}. */
record NoRepeatNgram(int n) implements LogitTransform {

    NoRepeatNgram {
        if (n < 1) {
            throw new IllegalArgumentException("no-repeat n-gram must be at least 1, found " + n);
        }
    }

    @Override
    public void apply(double[] scores, TextSoFar text) {
        int[] ids = text.ids();
        int last = ids.length - (n - 1);          // where the run begins that the next token would complete
        for (int from = 0; from < last; from++) {
            if (from + n - 1 < ids.length && Arrays.equals(ids, from, from + n - 1, ids, last, ids.length)) {
                scores[ids[from + n - 1]] = Scores.EXCLUDED;
            }
        }
    }
}
