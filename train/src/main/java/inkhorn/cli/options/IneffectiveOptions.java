package inkhorn.cli.options;

import inkhorn.autograd.kernel.KernelProvider;
import inkhorn.data.tokenizer.TokenizerKind;
import inkhorn.data.tokenizer.Tokenizers;
import java.io.File;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * The table, for all commands, of options that have no effect in combination with others. The table for config keys is
 * in {@link inkhorn.config.IneffectiveKeys}.
 */
public final class IneffectiveOptions {

    private static final List<String> WARPING = List.of("--top-k", "--top-p", "--min-p", "--typical-p");

    private static final Cause GREEDY = new Cause("with --greedy, which draws nothing", given -> given.has("--greedy"));
    private static final Cause BEAM = new Cause("with --beam, which draws nothing", given -> given.has("--beam"));
    private static final Cause COLD = new Cause("with --temperature 0, which draws nothing",
            given -> given.isZero("--temperature"));

    /** Refused is what would give another text than the user asked for; all else does no harm and is noted. */
    private static final List<Ineffective> RULES = List.of(
            Ineffective.refuse(GREEDY, WARPING),
            Ineffective.refuse(GREEDY.unless(COLD), List.of("--temperature")),
            Ineffective.refuse(BEAM, WARPING),
            Ineffective.refuse(BEAM.unless(COLD), List.of("--temperature")),
            Ineffective.refuse(BEAM, List.of("--greedy")),
            Ineffective.refuse(COLD, List.of("--typical-p")),
            new Ineffective(new Cause("without --beam", given -> !given.has("--beam")),
            List.of("--length-penalty", "--early-stopping"),
                    "; add --beam N or leave it out", null),
            Ineffective.note(COLD, List.of("--top-k", "--top-p", "--min-p")),
            Ineffective.note(GREEDY, List.of("--seed")),
            Ineffective.note(BEAM, List.of("--seed")),
            Ineffective.note(COLD, List.of("--seed")),
            Ineffective.note(new Cause("on scalar kernels, which compute on one thread", IneffectiveOptions::isScalar),
            List.of("--threads")),
            Ineffective.note(new Cause("with a tokenizer that learns nothing here", given -> !learns(given)),
            List.of("--corpus", "--vocab-size"))
                    .of("tokenize"),
            Ineffective.note(new Cause("with a tokenizer whose vocabulary is whatever the text has",
                    given -> !given.has("--compare") && given.has("--tokenizer") && learns(given)
                            && !kind(given).orElseThrow().hasChosenSize()),
                    List.of("--vocab-size")).of("tokenize"),
            Ineffective.note(new Cause("without --file or -", given -> !given.has("--file") && !given.hasArgument()),
            List.of("--lines")),
            Ineffective.note(new Cause("without a directory in --input", given -> areFiles(given.values("--input"))),
            List.of("--glob")),
            Ineffective.note(new Cause("without JSON lines in --input", given -> areFiles(given.values("--input"))
            && !hasJsonLines(given)),
                    List.of("--field")),
            Ineffective.note(new Cause("with a single text, of which the end is for validation",
            given -> given.values("--input").size() == 1
                    && areFiles(given.values("--input")) && !hasJsonLines(given)), List.of("--seed")).of("prepare"),
            Ineffective.note(new Cause("with --json, which holds all tables", given -> given.has("--json")),
            List.of("--table")),
            new Ineffective(new Cause("without --serve", given -> given.knows("--serve") && !given.has("--serve")),
                    List.of("--host", "--token"), "; add --serve or leave it out", null),
            new Ineffective(new Cause("without --data-parallel",
                    given -> given.knows("--data-parallel") && !given.has("--data-parallel")),
                    List.of("--mpi-timeout"), "; add --data-parallel or leave it out", null),
            Ineffective.note(new Cause("on the table of parameters", IneffectiveOptions::showsParametersAlone),
            List.of("--batch")));

    private IneffectiveOptions() {
    }

    /** A reason that an option may have no effect, in words that follow "has no effect", and when it applies. */
    private record Cause(String words, Predicate<GivenOptions> applies) {

        Cause unless(Cause other) {
            return new Cause(words, applies.and(other.applies.negate()));
        }
    }

    /**
     * @param remedy  what to do about it, where the command line is refused; null where it is only noted
     * @param command that alone is meant; null for every command with these options
     */
    private record Ineffective(Cause cause, List<String> options, String remedy, String command) {

        static Ineffective refuse(Cause cause, List<String> options) {
            return new Ineffective(cause, options, "; leave one of them out", null);
        }

        static Ineffective note(Cause cause, List<String> options) {
            return new Ineffective(cause, options, null, null);
        }

        Ineffective of(String name) {
            return new Ineffective(cause, options, remedy, name);
        }

        boolean isRefused() {
            return remedy != null;
        }

        List<String> lines(GivenOptions given) {
            List<String> found = options.stream().filter(given::has).toList();
            boolean applies = !found.isEmpty() && (command == null || command.equals(given.command()))
                    && cause.applies.test(given);
            return applies ? found.stream().map(option -> option + ": has no effect " + cause.words
                    + (isRefused() ? remedy : "")).toList()
                    : List.of();
        }
    }

    /** What is wrong with a command line; empty where it may go on, after each note that there is. */
    public static List<String> refused(GivenOptions given, Consumer<String> notes) {
        List<String> refused = RULES.stream().filter(Ineffective::isRefused)
                .flatMap(rule -> rule.lines(given).stream()).toList();
        if (refused.isEmpty()) {
            RULES.stream().filter(rule -> !rule.isRefused()).flatMap(rule -> rule.lines(given).stream()).forEach(notes);
        }
        return refused;
    }

    /** Of a command that computes; doctor measures as many threads as it is told to. */
    private static boolean isScalar(GivenOptions given) {
        return given.knows("--kernels") && !given.command().equals("doctor")
                && (given.is("--kernels", "scalar") || KernelProvider.vectorBits() == 0);
    }

    private static boolean learns(GivenOptions given) {
        return given.has("--compare") || given.value("--tokenizer") == null
                || kind(given).map(kind -> kind.learning() != TokenizerKind.Learning.NOTHING).orElse(false);
    }

    /** Empty where {@code --tokenizer} is missing, unknown or a path. */
    private static Optional<TokenizerKind> kind(GivenOptions given) {
        return Tokenizers.kind(given.value("--tokenizer"));
    }

    private static boolean areFiles(List<String> paths) {
        return paths.stream().allMatch(path -> new File(path).isFile());
    }

    private static boolean hasJsonLines(GivenOptions given) {
        return given.values("--input").stream().anyMatch(path -> path.matches(".*\\.(jsonl|ndjson)(\\.gz)?"));
    }

    private static boolean showsParametersAlone(GivenOptions given) {
        return given.is("--table", "parameters") || given.has("--csv") && !given.has("--table");
    }
}
