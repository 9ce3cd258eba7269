package inkhorn.train.parallel;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The facts that must be the same in all processes before the first step; otherwise their results would differ. */
public final class Likeness {
    private static final String BETWEEN = "\u0000";

    private Likeness() {}

    /**
     * Compares the facts of all processes with those of rank 0.
     *
     * @param facts by name, such as {@code config}; of several lines where it matters which line differs. All processes
     *     of the same version of the program give the same names in the same order.
     * @throws AgreedError in all processes, a line for each fact that differs in any of them
     */
    public static void require(Ranks ranks, Map<String, String> facts) {
        if (ranks.size() == 1) {
            return;
        }
        byte[] own = String.join(BETWEEN, facts.values()).getBytes(StandardCharsets.UTF_8);
        byte[][] all = new Collectives(ranks).gather("what must be the same everywhere", own);
        List<String> wrong = new ArrayList<>();
        int number = 0;
        for (String name : facts.keySet()) {
            for (int rank = 1; rank < all.length; rank++) {
                String value = value(all[rank], number);
                String wanted = value(all[0], number);
                if (!value.equals(wanted)) {
                    wrong.add("rank " + rank + " (" + ranks.host(rank) + ") has another " + name + " than rank 0 ("
                            + ranks.host(0) + "): " + difference(value, wanted)
                            + "; start all processes with the same files and options");
                    break;
                }
            }
            number++;
        }
        if (!wrong.isEmpty()) {
            throw new AgreedError(wrong);
        }
    }

    /** Empty where there is none: another version of the program may give fewer facts. */
    private static String value(byte[] facts, int number) {
        String[] values = new String(facts, StandardCharsets.UTF_8).split(BETWEEN, -1);
        return number < values.length ? values[number] : "";
    }

    /** The first line that differs. */
    private static String difference(String found, String wanted) {
        String[] its = found.split("\n", -1);
        String[] other = wanted.split("\n", -1);
        for (int i = 0; i < Math.min(its.length, other.length); i++) {
            if (!its[i].equals(other[i])) {
                return its[i].strip() + " instead of " + other[i].strip();
            }
        }
        return its.length + " lines instead of " + other.length;
    }
}
