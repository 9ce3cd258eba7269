package inkhorn.cli.launch;

import java.util.List;

/**
 * A JVM option of {@link JvmArguments}, with the conditions under which it is left out. The starter scripts make the
 * same decision as {@link #applies}: see {@link StarterScripts}. Loaded by the first JVM.
 *
 * @param option the option, one word
 * @param needs  what the machine must be like
 * @param unless what the user may have chosen instead: a part of an option, or its beginning and end around a {@code *}
 */
record JvmFlag(String option, Needs needs, String... unless) {

    /** Cores from which on Java has two optimizing compilers by itself. */
    static final int MANY_CORES = 4;

    /** What a flag is only for. */
    enum Needs { NOTHING, FEW_CORES, HUGE_PAGES }

    static JvmFlag always(String option) {
        return new JvmFlag(option, Needs.NOTHING);
    }

    /**
     * Whether the option is given.
     *
     * @param chosen    the user's options
     * @param cores     of the machine, as Java counts them
     * @param hugePages whether the system gives transparent huge pages to programs that ask
     */
    boolean applies(List<String> chosen, int cores, boolean hugePages) {
        if (needs == Needs.FEW_CORES && cores >= MANY_CORES || needs == Needs.HUGE_PAGES && !hugePages) {
            return false;
        }
        return !isChosen(chosen, unless);
    }

    /** Whether one of the user's options fits one of these patterns. */
    static boolean isChosen(List<String> chosen, String... patterns) {
        for (String option : chosen) {
            for (String pattern : patterns) {
                if (matches(option, pattern)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean matches(String option, String pattern) {
        int star = pattern.indexOf('*');
        return star < 0 ? option.contains(pattern)
                : option.startsWith(pattern.substring(0, star)) && option.endsWith(pattern.substring(star + 1));
    }
}
