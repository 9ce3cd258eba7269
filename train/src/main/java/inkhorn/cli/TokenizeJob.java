package inkhorn.cli;

import inkhorn.data.Tokenizer;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** {@code tokenize}: a table of pieces and ids, or one of tokenizers on the same text. */
final class TokenizeJob implements Job<TokenizeCommand.Request> {

    private final PrintStream out;
    private final Path dataSets;

    /** @param dataSets where the text to learn from lies, {@code data/sets} */
    TokenizeJob(PrintStream out, Path dataSets) {
        this.out = out;
        this.dataSets = dataSets;
    }

    @Override
    public int run(TokenizeCommand.Request request) {
        TokenizerChoice choice = new TokenizerChoice(dataSets, request.corpus(), request.vocabSize());
        if (request.compare()) {
            compare(request, choice);
        } else {
            show(choice.of(request.tokenizer()), request.text());
        }
        choice.source().ifPresent(source -> out.println("learned from " + source));
        out.flush();
        return 0;
    }

    private void show(Tokenizer tokenizer, String text) {
        int[] ids = tokenizer.encodePrompt(text);
        print(Table.create(tokenizer.name()).addColumns(
                IntColumn.create("position", IntStream.range(0, ids.length).toArray()),
                StringColumn.create("piece", Arrays.stream(ids).mapToObj(id -> Quoted.bytes(tokenizer.tokenBytes(id)))),
                IntColumn.create("id", ids)));
        out.println("ids: " + Arrays.toString(ids));
        out.println(String.format(Locale.ROOT, "%d tokens for %d characters (%d bytes), %s characters a token; vocabulary of %,d, sha256 %s", ids.length,
                characters(text), text.getBytes(StandardCharsets.UTF_8).length, ratio(characters(text), ids.length), tokenizer.vocabularySize(),
                tokenizer.hash()));
    }

    private void compare(TokenizeCommand.Request request, TokenizerChoice choice) {
        Map<String, Tokenizer> tokenizers = new LinkedHashMap<>();
        Tokenizer own = request.tokenizer() == null ? null : choice.of(request.tokenizer());
        for (String name : new String[] {"char", "word", "gpt2", "bpe"}) {
            boolean isOwn = own != null && own.name().equals(name);
            tokenizers.put(isOwn && !request.tokenizer().equals(name) ? name + " of " + request.tokenizer() : name, isOwn ? own : choice.of(name));
        }
        if (own != null && !tokenizers.containsValue(own)) {
            tokenizers.put(request.tokenizer(), own);
        }
        Table table = Table.create(Quoted.text(request.text()), StringColumn.create("tokenizer"), IntColumn.create("tokens"),
                StringColumn.create("characters per token"), IntColumn.create("vocabulary"), IntColumn.create("unknown"));
        tokenizers.forEach((name, tokenizer) -> {
            TokenizerChoice.Count count = TokenizerChoice.count(tokenizer, request.text());
            table.stringColumn(0).append(name);
            table.intColumn(1).append(count.tokens());
            table.stringColumn(2).append(ratio(characters(request.text()), count.tokens()));
            table.intColumn(3).append(tokenizer.vocabularySize());
            table.intColumn(4).append(count.unknown());
        });
        print(table);
    }

    private void print(Table table) {
        out.println(table.print(Integer.MAX_VALUE));
        out.println();
    }

    private static int characters(String text) {
        return text.codePointCount(0, text.length());
    }

    private static String ratio(int characters, int tokens) {
        return tokens == 0 ? "-" : String.format(Locale.ROOT, "%.2f", (double) characters / tokens);
    }
}
