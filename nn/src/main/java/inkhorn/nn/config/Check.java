package inkhorn.nn.config;

import inkhorn.nn.config.InvalidConfigException.Problem;
import java.util.ArrayList;
import java.util.List;

/**
 * Collects what is wrong with the values of one section of a config, so that a user reads all of it at once. Keys are
 * in snake case and without the section.
 */
public final class Check {
    private final String section;
    private final List<Problem> problems = new ArrayList<>();

    /** @param section what the values belong to, for the message */
    public Check(String section) {
        this.section = section;
    }

    /** A whole number. */
    public Check atLeast(String key, long value, long least) {
        return that(value >= least, key, "found " + value + ", expected a whole number >= " + least);
    }

    /** A finite number. */
    public Check atLeast(String key, double value, double least) {
        return that(value >= least && Double.isFinite(value), key, "found " + value + ", expected a number >= "
                + plain(least));
    }

    /** A finite number; the bound itself is refused. */
    public Check above(String key, double value, double bound) {
        return that(value > bound && Double.isFinite(value), key, "found " + value + ", expected a number > "
                + plain(bound));
    }

    /** {@code least <= value < bound}. */
    public Check within(String key, double value, double least, double bound) {
        return that(value >= least && value < bound, key,
                "found " + value + ", expected a number >= " + plain(least) + " and < " + plain(bound));
    }

    /** {@code bound < value < end}. */
    public Check between(String key, double value, double bound, double end) {
        return that(value > bound && value < end, key,
                "found " + value + ", expected a number > " + plain(bound) + " and < " + plain(end));
    }

    public Check present(String key, Object value, String expected) {
        return that(value != null, key, "found nothing, expected " + expected);
    }

    /**
     * Any other condition.
     *
     * @param what   what was found and what is allowed
     * @param others keys of the section that take part in it
     */
    public Check that(boolean holds, String key, String what, String... others) {
        if (!holds) {
            problems.add(new Problem(key, what, List.of(others)));
        }
        return this;
    }

    /** @throws InvalidConfigException if anything was wrong */
    public void done() {
        if (!problems.isEmpty()) {
            throw new InvalidConfigException(section, problems);
        }
    }

    private static String plain(double bound) {
        return bound == Math.rint(bound) ? Long.toString((long) bound) : Double.toString(bound);
    }
}
