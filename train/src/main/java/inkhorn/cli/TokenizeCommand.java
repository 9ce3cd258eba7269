package inkhorn.cli;

import inkhorn.config.UserError;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tokenize}: shows what a tokenizer makes of a text. */
@Command(name = "tokenize", sortOptions = false, description = "Show the pieces and ids that a tokenizer makes of a text.")
public final class TokenizeCommand implements Callable<Integer> {

    private final Job<Request> job;

    @Option(names = "--tokenizer", paramLabel = "X",
            description = "char, word, bpe, gpt2, cl100k_base, o200k_base, a tokenizer.json, a run, a checkpoint, or prepared data.")
    private String tokenizer;

    @Option(names = "--text", paramLabel = "TEXT", required = true, description = "Text to cut into tokens.")
    private String text;

    @Option(names = "--compare", description = "Set char, word, gpt2 and bpe side by side on the text, and X among them.")
    private boolean compare;

    @Option(names = "--corpus", paramLabel = "FILE",
            description = "Text that char, word and bpe learn from (default: tiny-shakespeare, as training resolves it).")
    private String corpus;

    @Option(names = "--vocab-size", paramLabel = "N", description = "Tokens that word and bpe learn (default: the tokenizer's).")
    private String vocabSize;

    @Mixin
    private CommonOptions common;

    /**
     * What to show.
     *
     * @param tokenizer a name or a path; null with {@code compare} only
     * @param text      not empty
     * @param corpus    to learn from; null for tiny-shakespeare
     * @param vocabSize of what learns a vocabulary; 0: its default
     */
    public record Request(String tokenizer, String text, boolean compare, Path corpus, int vocabSize) {
    }

    TokenizeCommand(Job<Request> job) {
        this.job = job;
    }

    @Override
    public Integer call() throws Exception {
        if (tokenizer == null && !compare) {
            throw new UserError("--tokenizer is missing: give a name, a file or a run, or --compare; --help shows how");
        }
        if (text.isEmpty()) {
            throw new UserError("--text: found nothing, expected at least one character");
        }
        return job.run(new Request(tokenizer, text, compare, corpus == null ? null : Arguments.path("--corpus", corpus),
                vocabSize == null ? 0 : (int) Arguments.whole("--vocab-size", vocabSize, 1)));
    }
}
