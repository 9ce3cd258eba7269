package inkhorn.cli;

import inkhorn.cli.terminal.JsonText;
import inkhorn.cli.terminal.Quoted;
import inkhorn.cli.terminal.Tables;
import inkhorn.config.UserError;
import inkhorn.data.tokenizer.Tokenizer;
import inkhorn.generate.TrainedModel;
import inkhorn.inspect.Neighbours;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** {@code neighbours}: a table of tokens, nearest first. */
final class NeighboursJob implements Job<NeighboursCommand.Request> {

    private static final int PIECES_NAMED = 8;

    private final PrintStream out;

    NeighboursJob(PrintStream out) {
        this.out = out;
    }

    /** The JSON object's form. */
    private record Document(Row token, List<Row> neighbours) {
    }

    private record Row(String token, int id, double cosine) {
    }

    @Override
    public int run(NeighboursCommand.Request request) {
        TrainedModel trained = TrainedModel.open(request.from());
        int id = only(request.token(), trained.tokenizer());
        List<Row> rows = Neighbours.of(trained.model().tokenTable(), id, request.top()).stream()
                .map(found -> row(trained.tokenizer(), found.id(), found.cosine())).toList();
        Row own = row(trained.tokenizer(), id, 1);
        out.print(switch (request.format()) {
            case TEXT -> Tables.text(table("nearest to " + own.token() + ", token " + id, rows));
            case CSV -> Tables.csv(table("neighbours", rows));
            case JSON -> JsonText.of(new Document(own, rows));
        });
        out.flush();
        return 0;
    }

    private static Table table(String title, List<Row> rows) {
        return Table.create(title).addColumns(
                StringColumn.create("token", rows.stream().map(Row::token)),
                IntColumn.create("id", rows.stream().mapToInt(Row::id).toArray()),
                Tables.decimal("cosine", "0.0000", rows, Row::cosine));
    }

    private static Row row(Tokenizer tokenizer, int id, double cosine) {
        return new Row(Quoted.bytes(tokenizer.tokenBytes(id)), id, cosine);
    }

    private static int only(String text, Tokenizer tokenizer) {
        int[] ids = tokenizer.encodePrompt(text);
        if (ids.length == 1) {
            return ids[0];
        }
        String pieces = Arrays.stream(ids).limit(PIECES_NAMED).mapToObj(id -> Quoted.bytes(tokenizer.tokenBytes(id))).collect(Collectors.joining(" "));
        throw new UserError("--token: found " + Quoted.text(text) + ", which is " + (ids.length == 0 ? "no token" : ids.length + " tokens: " + pieces
                + (ids.length > PIECES_NAMED ? " …" : "")) + "; expected a text that is one token of the " + tokenizer.name() + " tokenizer");
    }
}
