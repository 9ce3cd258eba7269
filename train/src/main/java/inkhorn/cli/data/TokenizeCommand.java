package inkhorn.cli.data;

import inkhorn.cli.context.Context;
import inkhorn.cli.options.Arguments;
import inkhorn.cli.options.CommonOptions;
import inkhorn.cli.options.TextInput;
import inkhorn.cli.options.TokenizerNames;
import inkhorn.cli.terminal.TextTable;
import inkhorn.config.UserError;
import inkhorn.data.DataException;
import inkhorn.data.files.Json;
import inkhorn.data.tokenizer.Tokenizer;
import inkhorn.inspect.Quoted;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tokenize}: for each text a table of tokens and ids, or one that compares tokenizers; or the same as JSON. */
@Command(name = "tokenize", sortOptions = false,
        description = "Show the tokens and ids that a tokenizer makes of one or more texts.")
public final class TokenizeCommand implements Callable<Integer> {

    private static final TextInput INPUT = new TextInput("--file", "text", "tokenize --tokenizer NAME --file -");

    private final Context context;

    @Option(names = "--tokenizer", paramLabel = "X", completionCandidates = TokenizerNames.class,
            description = "${COMPLETION-CANDIDATES}, a tokenizer.json, a run, a checkpoint, or prepared data.")
    private String tokenizer;

    @Parameters(index = "0", arity = "0..1", paramLabel = "-",
            description = "- reads a text from standard input, as does --file -.")
    private String standardInput;

    @Option(names = "--text", paramLabel = "TEXT", description = "Text to tokenize; may be given several times.")
    private List<String> texts = List.of();

    @Option(names = "--file", paramLabel = "FILE",
            description = "A file with a text, in UTF-8; - is standard input; may be given several times, after any"
                    + " --text.")
    private List<String> files = List.of();

    @Option(names = "--lines", description = "Each line of a file or of standard input is a text of its own.")
    private boolean lines;

    @Option(names = "--json",
            description = "One JSON object a text: ids, tokens and their offsets in the text, in code points.")
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
     * A text that may not be read yet.
     *
     * @param text not empty; null for that of a file
     * @param file null for standard input, if there is no text either
     */
    private record TextSource(String text, Path file) {
    }

    /** @param source where it is from, for people: an option, a file, a line of a file */
    private record Named(String source, String text) {

        int characters() {
            return text.codePointCount(0, text.length());
        }
    }

    /**
     * A text's JSON object.
     *
     * @param tokens  what each stands for; half a character is U+FFFD
     * @param offsets first code point and the one after the last, a pair a token
     */
    private record TokenizedText(String source, String text, String tokenizer, int[] ids, List<String> tokens,
            int[][] offsets) {
    }

    /** The JSON object of a text with {@code --compare}. */
    private record Compared(String source, String text, List<TokenizerCount> tokenizers) {
    }

    private record TokenizerCount(String tokenizer, int tokens, int vocabulary, int unknown) {
    }

    public TokenizeCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException {
        if (tokenizer == null && !compare) {
            throw new UserError("--tokenizer is missing: give a name, a file or a run, or --compare; --help shows how");
        }
        List<TextSource> sources = sources();
        TokenizerChoice choice = new TokenizerChoice(context.dataSets(), corpus == null ? null
                : Arguments.path("--corpus", corpus),
                vocabSize == null ? 0 : (int) Arguments.whole("--vocab-size", vocabSize, 1));
        List<Named> named = texts(sources);
        Map<String, Tokenizer> compared = compare ? compared(choice) : Map.of();
        Tokenizer chosen = compare ? null : choice.of(tokenizer);
        PrintStream out = context.text();
        for (Named text : named) {
            if (named.size() > 1 && !json) {
                out.println(text.source() + ":");
            }
            if (compare) {
                compare(text, compared, out);
            } else {
                show(text, chosen, out);
            }
        }
        if (!json) {
            choice.source().ifPresent(source -> out.println("learned from " + source));
        }
        out.flush();
        return 0;
    }

    private List<TextSource> sources() {
        if (standardInput != null && !standardInput.equals(TextInput.STANDARD_INPUT)) {
            throw new UserError(standardInput + ": expected - for standard input; give a text with --text, a file with"
                    + " --file");
        } else if (texts.contains("")) {
            throw new UserError("--text: found nothing, expected at least one character");
        }
        List<TextSource> sources = new ArrayList<>();
        texts.forEach(text -> sources.add(new TextSource(text, null)));
        files.forEach(file -> sources.add(new TextSource(null, file.equals(TextInput.STANDARD_INPUT) ? null
                : Arguments.path("--file", file))));
        if (standardInput != null) {
            sources.add(new TextSource(null, null));
        }
        if (sources.isEmpty()) {
            throw new UserError("no text given; give --text TEXT, --file FILE, or - for standard input");
        } else if (sources.stream().filter(source -> source.text() == null && source.file() == null).count() > 1) {
            throw new UserError("-: standard input is named twice, and can be read once; leave one out");
        }
        return sources;
    }

    private List<Named> texts(List<TextSource> sources) throws IOException {
        List<Named> texts = new ArrayList<>();
        for (TextSource source : sources) {
            if (source.text() != null) {
                texts.add(new Named("--text", source.text()));
                continue;
            }
            String name = source.file() == null ? "standard input" : source.file().toString();
            String whole = source.file() == null ? INPUT.read(context.in()) : INPUT.read(source.file());
            if (whole.isEmpty()) {
                throw new UserError(name + ": found nothing, expected at least one character");
            } else if (lines) {
                List<String> parts = whole.lines().toList();
                IntStream.range(0, parts.size()).forEach(i -> texts.add(new Named(name + ":" + (i + 1), parts.get(i))));
            } else {
                texts.add(new Named(name, whole));
            }
        }
        return texts;
    }

    private void show(Named text, Tokenizer tokenizer, PrintStream out) {
        int[] ids = encoded(text, tokenizer);
        if (json) {
            out.print(Json.line(new TokenizedText(text.source(), text.text(), tokenizer.name(), ids,
                    Arrays.stream(ids).mapToObj(id -> new String(tokenizer.tokenBytes(id), StandardCharsets.UTF_8))
                    .toList(), tokenizer.offsets(text.text()))));
            return;
        }
        TextTable<Integer> table = TextTable.of(tokenizer.name(), IntStream.range(0, ids.length).boxed().toList());
        out.println(table.whole("position", i -> i).text("piece", i -> Quoted.bytes(tokenizer.tokenBytes(ids[i])))
                .whole("id", i -> ids[i]).text());
        out.println("ids: " + Arrays.toString(ids));
        out.println(String.format(Locale.ROOT,
                "%d tokens for %d characters (%d bytes), %s characters a token; vocabulary of %,d, sha256 %s",
                ids.length, text.characters(), text.text().getBytes(StandardCharsets.UTF_8).length,
                ratio(text.characters(), ids.length), tokenizer.vocabSize(), tokenizer.hash()));
    }

    /** By the names that the table shows. */
    private Map<String, Tokenizer> compared(TokenizerChoice choice) {
        Map<String, Tokenizer> tokenizers = new LinkedHashMap<>();
        Tokenizer own = tokenizer == null ? null : choice.of(tokenizer);
        for (String name : new String[] {"char", "word", "gpt2", "bpe"}) {
            boolean isOwn = own != null && own.name().equals(name);
            tokenizers.put(isOwn && !tokenizer.equals(name) ? name + " of " + tokenizer : name, isOwn ? own
                    : choice.of(name));
        }
        if (own != null && !tokenizers.containsValue(own)) {
            tokenizers.put(tokenizer, own);
        }
        return tokenizers;
    }

    private void compare(Named text, Map<String, Tokenizer> tokenizers, PrintStream out) {
        List<TokenizerCount> rows = new ArrayList<>();
        tokenizers.forEach((name, tokenizer) -> {
            TokenizerChoice.Count count = TokenizerChoice.count(tokenizer, text.text());
            rows.add(new TokenizerCount(name, count.tokens(), tokenizer.vocabSize(), count.unknown()));
        });
        if (json) {
            out.print(Json.line(new Compared(text.source(), text.text(), rows)));
            return;
        }
        out.println(TextTable.of(Quoted.text(text.text()), rows).text("tokenizer", TokenizerCount::tokenizer)
                .whole("tokens", TokenizerCount::tokens)
                .text("characters per token", row -> ratio(text.characters(), row.tokens()))
                .whole("vocabulary", TokenizerCount::vocabulary).whole("unknown", TokenizerCount::unknown).text());
    }

    private static int[] encoded(Named text, Tokenizer tokenizer) {
        try {
            return tokenizer.encodePrompt(text.text());
        } catch (DataException e) {
            throw new UserError(text.source() + ": " + e.getMessage());
        }
    }

    private static String ratio(int characters, int tokens) {
        return tokens == 0 ? "-" : String.format(Locale.ROOT, "%.2f", (double) characters / tokens);
    }
}
