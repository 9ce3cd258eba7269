package inkhorn.cli;

import inkhorn.cli.options.Arguments;
import inkhorn.cli.options.CommonOptions;
import inkhorn.cli.options.TextInput;
import inkhorn.cli.options.TokenizerNames;
import inkhorn.config.UserError;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tokenize}: shows what a tokenizer makes of texts. */
@Command(name = "tokenize", sortOptions = false, description = "Show the tokens and ids that a tokenizer makes of one or more texts.")
public final class TokenizeCommand implements Callable<Integer> {

    private final Job<Request> job;

    @Option(names = "--tokenizer", paramLabel = "X", completionCandidates = TokenizerNames.class,
            description = "${COMPLETION-CANDIDATES}, a tokenizer.json, a run, a checkpoint, or prepared data.")
    private String tokenizer;

    @Parameters(index = "0", arity = "0..1", paramLabel = "-", description = "- reads a text from standard input, as does --file -.")
    private String standardInput;

    @Option(names = "--text", paramLabel = "TEXT", description = "Text to tokenize; may be given several times.")
    private List<String> texts = List.of();

    @Option(names = "--file", paramLabel = "FILE",
            description = "A file with a text, in UTF-8; - is standard input; may be given several times, after any --text.")
    private List<String> files = List.of();

    @Option(names = "--lines", description = "Each line of a file or of standard input is a text of its own.")
    private boolean lines;

    @Option(names = "--json", description = "One JSON object a text: ids, tokens and their offsets in the text, in code points.")
    private boolean json;

    @Option(names = "--compare", description = "Compare char, word, gpt2 and bpe on each text, and X if it is given.")
    private boolean compare;

    @Option(names = "--corpus", paramLabel = "FILE",
            description = "Text that a tokenizer learns from (default: tiny-shakespeare, as training resolves it).")
    private String corpus;

    @Option(names = "--vocab-size", paramLabel = "N",
            description = "Tokens of a vocabulary that is learned (default: the tokenizer's).")
    private String vocabSize;

    @Mixin
    private CommonOptions common;

    /**
     * What to show.
     *
     * @param tokenizer a name or a path; null with {@code compare} only
     * @param texts     in the order in which they are shown, at least one
     * @param lines     whether each line of a file is a text
     * @param corpus    to learn from; null for tiny-shakespeare
     * @param vocabSize of what learns a vocabulary; 0: its default
     */
    public record Request(String tokenizer, List<Source> texts, boolean lines, boolean json, boolean compare, Path corpus, int vocabSize) {
    }

    /**
     * A text that may not be read yet.
     *
     * @param text not empty; null for that of a file
     * @param file null for standard input, if there is no text either
     */
    public record Source(String text, Path file) {
    }

    TokenizeCommand(Job<Request> job) {
        this.job = job;
    }

    @Override
    public Integer call() throws Exception {
        if (tokenizer == null && !compare) {
            throw new UserError("--tokenizer is missing: give a name, a file or a run, or --compare; --help shows how");
        }
        return job.run(new Request(tokenizer, sources(), lines, json, compare, corpus == null ? null : Arguments.path("--corpus", corpus),
                vocabSize == null ? 0 : (int) Arguments.whole("--vocab-size", vocabSize, 1)));
    }

    private List<Source> sources() {
        if (standardInput != null && !standardInput.equals(TextInput.STANDARD_INPUT)) {
            throw new UserError(standardInput + ": expected - for standard input; give a text with --text, a file with --file");
        } else if (texts.contains("")) {
            throw new UserError("--text: found nothing, expected at least one character");
        }
        List<Source> sources = new ArrayList<>();
        texts.forEach(text -> sources.add(new Source(text, null)));
        files.forEach(file -> sources.add(new Source(null, file.equals(TextInput.STANDARD_INPUT) ? null : Arguments.path("--file", file))));
        if (standardInput != null) {
            sources.add(new Source(null, null));
        }
        if (sources.isEmpty()) {
            throw new UserError("no text given; give --text TEXT, --file FILE, or - for standard input");
        } else if (sources.stream().filter(source -> source.text() == null && source.file() == null).count() > 1) {
            throw new UserError("-: standard input is named twice, and can be read once; leave one out");
        }
        return sources;
    }
}
