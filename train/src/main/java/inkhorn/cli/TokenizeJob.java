package inkhorn.cli;

import inkhorn.cli.options.TextInput;
import inkhorn.cli.terminal.JsonText;
import inkhorn.cli.terminal.Quoted;
import inkhorn.config.UserError;
import inkhorn.data.DataException;
import inkhorn.data.tokenizer.Tokenizer;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** {@code tokenize}: for each text a table of tokens and ids, or one of tokenizers; or as much as JSON. */
final class TokenizeJob implements Job<TokenizeCommand.Request> {

    private static final TextInput INPUT = new TextInput("--file", "text", "tokenize --tokenizer NAME --file -");

    private final InputStream in;
    private final PrintStream out;
    private final Path dataSets;

    /**
     * @param in standard input
     * @param dataSets where the text to learn from lies, {@code data/sets}
     */
    TokenizeJob(InputStream in, PrintStream out, Path dataSets) {
        this.in = in;
        this.out = out;
        this.dataSets = dataSets;
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
    private record Encoded(String source, String text, String tokenizer, int[] ids, List<String> tokens, int[][] offsets) {
    }

    /** The JSON object of a text with {@code --compare}. */
    private record Compared(String source, String text, List<Row> tokenizers) {
    }

    private record Row(String tokenizer, int tokens, int vocabulary, int unknown) {
    }

    @Override
    public int run(TokenizeCommand.Request request) throws IOException {
        List<Named> texts = texts(request);
        TokenizerChoice choice = new TokenizerChoice(dataSets, request.corpus(), request.vocabSize());
        Map<String, Tokenizer> compared = request.compare() ? compared(request, choice) : Map.of();
        Tokenizer tokenizer = request.compare() ? null : choice.of(request.tokenizer());
        for (Named text : texts) {
            if (texts.size() > 1 && !request.json()) {
                out.println(text.source() + ":");
            }
            if (request.compare()) {
                compare(text, compared, request.json());
            } else {
                show(text, tokenizer, request.json());
            }
        }
        if (!request.json()) {
            choice.source().ifPresent(source -> out.println("learned from " + source));
        }
        out.flush();
        return 0;
    }

    private List<Named> texts(TokenizeCommand.Request request) throws IOException {
        List<Named> texts = new ArrayList<>();
        for (TokenizeCommand.Source source : request.texts()) {
            if (source.text() != null) {
                texts.add(new Named("--text", source.text()));
                continue;
            }
            String name = source.file() == null ? "standard input" : source.file().toString();
            String whole = source.file() == null ? INPUT.read(in) : INPUT.read(source.file());
            if (whole.isEmpty()) {
                throw new UserError(name + ": found nothing, expected at least one character");
            } else if (request.lines()) {
                List<String> lines = whole.lines().toList();
                IntStream.range(0, lines.size()).forEach(i -> texts.add(new Named(name + ":" + (i + 1), lines.get(i))));
            } else {
                texts.add(new Named(name, whole));
            }
        }
        return texts;
    }

    private void show(Named text, Tokenizer tokenizer, boolean json) {
        int[] ids;
        try {
            ids = tokenizer.encodePrompt(text.text());
        } catch (DataException e) {
            throw new UserError(text.source() + ": " + e.getMessage());
        }
        if (json) {
            out.print(JsonText.line(new Encoded(text.source(), text.text(), tokenizer.name(), ids,
                    Arrays.stream(ids).mapToObj(id -> new String(tokenizer.tokenBytes(id), StandardCharsets.UTF_8)).toList(),
                    tokenizer.offsets(text.text()))));
            return;
        }
        print(Table.create(tokenizer.name()).addColumns(
                IntColumn.create("position", IntStream.range(0, ids.length).toArray()),
                StringColumn.create("piece", Arrays.stream(ids).mapToObj(id -> Quoted.bytes(tokenizer.tokenBytes(id)))),
                IntColumn.create("id", ids)));
        out.println("ids: " + Arrays.toString(ids));
        out.println(String.format(Locale.ROOT, "%d tokens for %d characters (%d bytes), %s characters a token; vocabulary of %,d, sha256 %s", ids.length,
                text.characters(), text.text().getBytes(StandardCharsets.UTF_8).length, ratio(text.characters(), ids.length),
                tokenizer.vocabSize(), tokenizer.hash()));
    }

    /** By the names that the table shows. */
    private static Map<String, Tokenizer> compared(TokenizeCommand.Request request, TokenizerChoice choice) {
        Map<String, Tokenizer> tokenizers = new LinkedHashMap<>();
        Tokenizer own = request.tokenizer() == null ? null : choice.of(request.tokenizer());
        for (String name : new String[] {"char", "word", "gpt2", "bpe"}) {
            boolean isOwn = own != null && own.name().equals(name);
            tokenizers.put(isOwn && !request.tokenizer().equals(name) ? name + " of " + request.tokenizer() : name, isOwn ? own : choice.of(name));
        }
        if (own != null && !tokenizers.containsValue(own)) {
            tokenizers.put(request.tokenizer(), own);
        }
        return tokenizers;
    }

    private void compare(Named text, Map<String, Tokenizer> tokenizers, boolean json) {
        List<Row> rows = new ArrayList<>();
        tokenizers.forEach((name, tokenizer) -> {
            TokenizerChoice.Count count = TokenizerChoice.count(tokenizer, text.text());
            rows.add(new Row(name, count.tokens(), tokenizer.vocabSize(), count.unknown()));
        });
        if (json) {
            out.print(JsonText.line(new Compared(text.source(), text.text(), rows)));
            return;
        }
        print(Table.create(Quoted.text(text.text())).addColumns(
                StringColumn.create("tokenizer", rows.stream().map(Row::tokenizer)),
                IntColumn.create("tokens", rows.stream().mapToInt(Row::tokens).toArray()),
                StringColumn.create("characters per token", rows.stream().map(row -> ratio(text.characters(), row.tokens()))),
                IntColumn.create("vocabulary", rows.stream().mapToInt(Row::vocabulary).toArray()),
                IntColumn.create("unknown", rows.stream().mapToInt(Row::unknown).toArray())));
    }

    private void print(Table table) {
        out.println(table.print(Integer.MAX_VALUE));
        out.println();
    }

    private static String ratio(int characters, int tokens) {
        return tokens == 0 ? "-" : String.format(Locale.ROOT, "%.2f", (double) characters / tokens);
    }
}
