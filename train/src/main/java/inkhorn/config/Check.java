package inkhorn.config;

import inkhorn.config.ConfigException.Problem;
import java.util.ArrayList;
import java.util.List;

/** Collects what is wrong with the values of one section, so that a user reads all of it at once. */
final class Check {

    private final String section;
    private final List<Problem> problems = new ArrayList<>();

    Check(String section) {
        this.section = section;
    }

    Check atLeast(String key, long value, long least) {
        return that(value >= least, key, "found " + value + ", expected a whole number >= " + least);
    }

    Check atLeast(String key, double value, double least) {
        return that(value >= least && Double.isFinite(value), key, "found " + value + ", expected a number >= " + plain(least));
    }

    Check above(String key, double value, double bound) {
        return that(value > bound && Double.isFinite(value), key, "found " + value + ", expected a number > " + plain(bound));
    }

    /** {@code least <= value < bound}. */
    Check within(String key, double value, double least, double bound) {
        return that(value >= least && value < bound, key,
                "found " + value + ", expected a number >= " + plain(least) + " and < " + plain(bound));
    }

    Check that(boolean holds, String key, String what, String... otherKeys) {
        if (!holds) {
            List<String> keys = new ArrayList<>();
            keys.add(section + "." + key);
            keys.addAll(List.of(otherKeys));
            problems.add(new Problem(keys.get(0), keys, what));
        }
        return this;
    }

    Check present(String key, Object value, String expected) {
        return that(value != null, key, "found nothing, expected " + expected);
    }

    /** Throws if anything was wrong. */
    void done() {
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
    }

    private static String plain(double bound) {
        return bound == Math.rint(bound) ? Long.toString((long) bound) : Double.toString(bound);
    }
}
