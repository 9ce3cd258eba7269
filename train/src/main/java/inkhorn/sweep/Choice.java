package inkhorn.sweep;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;

/** What a key's value may be in a sweep. */
public sealed interface Choice {

    /** Where the file has it, counted from 1. */
    int line();

    /**
     * One of these values.
     *
     * @param values as written
     */
    record OneOf(List<String> values, int line) implements Choice {
        public OneOf {
            values = List.copyOf(values);
        }
    }

    /**
     * A number from {@code min} to {@code max}.
     *
     * @param isLog   whether its logarithm is drawn evenly, so that 1e-4 to 1e-3 is as likely as 1e-3 to 1e-2
     * @param isWhole whether it is a whole number
     */
    record Range(double min, double max, boolean isLog, boolean isWhole, int line) implements Choice {

        private static final int DIGITS = 4;

        /** @param share of the way from min to max, in [0, 1); the value has four significant digits */
        String at(double share) {
            double value = isLog ? min * StrictMath.pow(max / min, share) : min + share * (max - min);
            if (isWhole) {
                return String.valueOf(Math.round(isLog ? value : min + Math.floor(share * (max - min + 1))));
            }
            double rounded = new BigDecimal(value).round(new MathContext(DIGITS)).doubleValue();
            return String.valueOf(Math.max(min, Math.min(max, rounded)));
        }
    }
}
