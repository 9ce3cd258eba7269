package inkhorn.cli.options;

import inkhorn.cli.launch.MpiEnvironment;
import inkhorn.cli.machine.Processor;
import inkhorn.config.UserError;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.DoublePredicate;

/** Strict reading of option values, with errors that say what was found and what is expected. */
public final class Arguments {

    private Arguments() {
    }

    public static long whole(String option, String text, long least, long most) {
        String digits = text.strip();
        try {
            long value = Long.parseLong(digits);
            if (value >= least && value <= most) {
                return value;
            }
            throw wholeExpected(option, text, least, most, value > most);
        } catch (NumberFormatException e) {
            // Of a whole number, only one that does not fit into 64 bits comes here.
            throw wholeExpected(option, text, least, most, digits.matches("[-+]?[0-9]+") && !digits.startsWith("-"));
        }
    }

    public static long whole(String option, String text, long least) {
        return whole(option, text, least, Integer.MAX_VALUE);
    }

    /** The value of {@code --seed}: any whole number of 64 bits. */
    public static long seed(String text) {
        return whole("--seed", text, Long.MIN_VALUE, Long.MAX_VALUE);
    }

    /** The value of {@code --threads}; all cores where there is none. */
    public static int threads(String text) {
        if (text != null) {
            return (int) whole("--threads", text, 1, 1024);
        }
        int available = Runtime.getRuntime().availableProcessors();
        MpiEnvironment mpi = new MpiEnvironment(System.getenv());
        Integer online = mpi.isLaunched() ? Processor.ofThisMachine().count() : null;
        return online == null ? available : mpi.threads(available, online);
    }

    public static double decimal(String option, String text, double least) {
        String number = least == Math.rint(least) ? String.valueOf((long) least) : String.valueOf(least);
        return decimal(option, text, "a number >= " + number, value -> value >= least);
    }

    /** @param expected what is allowed, in words; never NaN or an infinity */
    public static double decimal(String option, String text, String expected, DoublePredicate isAllowed) {
        double value;
        try {
            value = Double.parseDouble(text.strip());
        } catch (NumberFormatException e) {
            throw unfit(option, text, "expected " + expected);
        }
        if (!Double.isFinite(value) || !isAllowed.test(value)) {
            throw unfit(option, text, "expected " + expected);
        }
        return value;
    }

    /** The constant of an enum that has this name in lower case. */
    @SafeVarargs
    public static <E extends Enum<E>> E word(String option, String text, E... allowed) {
        String[] words = Arrays.stream(allowed).map(value -> value.name().toLowerCase(Locale.ROOT))
                .toArray(String[]::new);
        return allowed[oneOf(option, text, words)];
    }

    /** The index of the word that is given. */
    static int oneOf(String option, String text, String... allowed) {
        int index = List.of(allowed).indexOf(text);
        if (index < 0) {
            throw unfit(option, text, "expected " + String.join(" or ", allowed));
        }
        return index;
    }

    /**
     * The same command line, as a shell reads it, with {@code --resume} and to the end of the run.
     *
     * @param saved whether the run has a checkpoint of its own by now: it needs no other then, and its data are the
     *     checkpoint's
     */
    public static String resuming(List<String> arguments, boolean saved) {
        List<String> words = new ArrayList<>();
        for (String argument : arguments) {
            boolean plain = argument.matches("[\\w./:=,@%+-]+");
            words.add(plain ? argument : "'" + argument.replace("'", "'\\''") + "'");
        }
        int stopAt = words.indexOf("--stop-at");
        if (stopAt >= 0) {
            words.subList(stopAt, stopAt + 2).clear();
        }
        words.removeIf(word -> word.startsWith("--stop-at="));
        words.removeIf(word -> saved && (word.startsWith("--resume=") || word.equals("--data-changed")));
        if (words.stream().noneMatch(word -> word.startsWith("--resume="))) {
            words.removeIf("--resume"::equals);
            words.add("--resume");
        }
        return String.join(" ", words);
    }

    public static Path path(String what, String text) {
        try {
            if (!text.isBlank()) {
                return Path.of(text);
            }
        } catch (InvalidPathException e) {
            throw unfit(what, text, "expected a path");
        }
        throw unfit(what, text, "expected a path");
    }

    /** Bounds that are no more than those of Java's types are named only where they are exceeded. */
    private static UserError wholeExpected(String option, String text, long least, long most, boolean isTooLarge) {
        boolean isOpen = !isTooLarge && (most == Integer.MAX_VALUE || most == Long.MAX_VALUE);
        String range = !isOpen ? " between " + least + " and " + most : least == Long.MIN_VALUE ? "" : " >= " + least;
        return unfit(option, text, "expected a whole number" + range);
    }

    private static UserError unfit(String option, String text, String expected) {
        return new UserError(option + ": found " + (text.isBlank() ? "nothing" : text) + ", " + expected);
    }
}
