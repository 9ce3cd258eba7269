package inkhorn.cli.inspect;

import inkhorn.cli.context.Context;
import inkhorn.cli.options.Arguments;
import inkhorn.cli.options.CommonOptions;
import inkhorn.cli.options.FormatOptions;
import inkhorn.cli.terminal.TextTable;
import inkhorn.config.UserError;
import inkhorn.data.files.Json;
import inkhorn.data.tokenizer.Tokenizer;
import inkhorn.generate.TrainedModel;
import inkhorn.inspect.Neighbours;
import inkhorn.inspect.Quoted;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code neighbours}: the tokens whose embeddings are nearest to one's. */
@Command(name = "neighbours", sortOptions = false,
        description = "Show the tokens whose embeddings are most similar to that of a given token, by cosine.")
public final class NeighboursCommand implements Callable<Integer> {

    private static final int PIECES_NAMED = 8;

    private final Context context;

    @Parameters(index = "0", paramLabel = "CKPT",
            description = "A run's directory (its best checkpoint) or a checkpoint.")
    private String from;

    @Option(names = "--token", paramLabel = "TEXT", required = true, description = "Text that is one token.")
    private String token;

    @Option(names = "--top", paramLabel = "N", defaultValue = "10",
            description = "Neighbours to show (default: ${DEFAULT-VALUE}).")
    private String top;

    @Mixin
    private FormatOptions format;

    @Mixin
    private CommonOptions common;

    public NeighboursCommand(Context context) {
        this.context = context;
    }

    /** The JSON object's form. */
    private record Neighbourhood(Neighbour token, List<Neighbour> neighbours) {
    }

    private record Neighbour(String token, int id, double cosine) {
    }

    @Override
    public Integer call() {
        Path directory = Arguments.path("CKPT", from);
        int count = (int) Arguments.whole("--top", top, 1);
        FormatOptions.Format output = format.format();
        TrainedModel trained = TrainedModel.open(directory);
        int id = only(token, trained.tokenizer());
        List<Neighbour> rows = Neighbours.of(trained.model().tokenTable(), id, count).stream()
                .map(found -> row(trained.tokenizer(), found.id(), found.cosine())).toList();
        Neighbour own = row(trained.tokenizer(), id, 1);
        context.print(switch (output) {
            case TEXT -> table("nearest to " + own.token() + ", token " + id, rows).text();
            case CSV -> table("neighbours", rows).csv();
            case JSON -> Json.pretty(new Neighbourhood(own, rows));
        });
        return 0;
    }

    private static TextTable<Neighbour> table(String title, List<Neighbour> rows) {
        return TextTable.of(title, rows).text("token", Neighbour::token).whole("id", Neighbour::id)
                .decimal("cosine", "0.0000", Neighbour::cosine);
    }

    private static Neighbour row(Tokenizer tokenizer, int id, double cosine) {
        return new Neighbour(Quoted.bytes(tokenizer.tokenBytes(id)), id, cosine);
    }

    private static int only(String text, Tokenizer tokenizer) {
        int[] ids = tokenizer.encodePrompt(text);
        if (ids.length == 1) {
            return ids[0];
        }
        String pieces = Arrays.stream(ids).limit(PIECES_NAMED).mapToObj(id -> Quoted.bytes(tokenizer.tokenBytes(id)))
                .collect(Collectors.joining(" "));
        throw new UserError("--token: found " + Quoted.text(text) + ", which is "
                + (ids.length == 0 ? "no token" : ids.length + " tokens: " + pieces
                + (ids.length > PIECES_NAMED ? " …" : "")) + "; expected a text that is one token of the "
                + tokenizer.name() + " tokenizer");
    }
}
