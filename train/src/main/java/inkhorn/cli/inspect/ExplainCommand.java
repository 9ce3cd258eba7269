package inkhorn.cli.inspect;

import com.fasterxml.jackson.annotation.JsonProperty;
import inkhorn.autograd.Scope;
import inkhorn.cli.context.Context;
import inkhorn.cli.options.AdapterOption;
import inkhorn.cli.options.Arguments;
import inkhorn.cli.options.EngineOptions;
import inkhorn.cli.options.FormatOptions;
import inkhorn.cli.options.StrategyOptions;
import inkhorn.cli.terminal.TextTable;
import inkhorn.data.files.Json;
import inkhorn.data.tokenizer.StreamDecoder;
import inkhorn.data.tokenizer.Tokenizer;
import inkhorn.generate.Limits;
import inkhorn.generate.TrainedModel;
import inkhorn.inspect.Explanation;
import inkhorn.inspect.Quoted;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code explain}: what else might have come, at each token that {@code sample} writes. */
@Command(name = "explain", sortOptions = false,
        description = "Show, token by token, the candidates and how the next token was chosen.")
public final class ExplainCommand implements Callable<Integer> {

    private final Context context;

    @Parameters(index = "0", paramLabel = "CKPT",
            description = "A run's directory (its best checkpoint) or a checkpoint.")
    private String from;

    @Option(names = "--prompt", paramLabel = "TEXT", description = "Text to continue (default: as for sample).")
    private String prompt = "";

    @Option(names = "--tokens", paramLabel = "N", defaultValue = "4",
            description = "Tokens to write (default: ${DEFAULT-VALUE}).")
    private String tokens;

    @Option(names = "--top", paramLabel = "N", defaultValue = "10",
            description = "Candidates to show for each, and the chosen one besides (default: ${DEFAULT-VALUE}).")
    private String top;

    @Mixin
    private AdapterOption adapter;

    @Mixin
    private StrategyOptions strategy;

    @Option(names = "--seed", paramLabel = "S", defaultValue = "1337",
            description = "The same seed gives the same text as in sample (default: ${DEFAULT-VALUE}).")
    private String seed;

    @Mixin
    private FormatOptions format;

    @Mixin
    private EngineOptions engine;

    public ExplainCommand(Context context) {
        this.context = context;
    }

    /** The JSON object's form. */
    private record ExplainedText(String prompt, List<Integer> promptIds, long seed, String text,
            List<ExplainedToken> steps) {
    }

    private record ExplainedToken(int position, String chosen, int id, List<ExplainedCandidate> candidates) {
    }

    /** @param step counted from 1 */
    private record ExplainedCandidate(int step, String candidate, int id, double logit, double probability,
            double afterTemperature,
                       @JsonProperty("after_top_k_top_p") double afterTopKTopP, boolean chosen) {
    }

    @Override
    public Integer call() {
        Path directory = Arguments.path("CKPT", from);
        int most = (int) Arguments.whole("--tokens", tokens, 1);
        int shown = (int) Arguments.whole("--top", top, 1);
        StrategyOptions.Strategy chosen = strategy.strategy();
        long draws = Arguments.seed(seed);
        FormatOptions.Format output = format.format();
        engine.start();
        TrainedModel trained = adapter.open(directory);
        int[] ids = trained.prompt(prompt);
        Limits limits = new Limits(most, trained.tokenizer().endOfText(), true);
        List<Explanation.ChosenToken> steps;
        try (Scope run = Scope.open()) {
            steps = Explanation.of(trained.model(), ids, limits, draws, chosen.penalties(), chosen.warping(), shown);
        }
        String text = decoded(trained.tokenizer(), prompt, steps);
        List<List<ExplainedCandidate>> rows = IntStream.range(0, steps.size())
                .mapToObj(i -> rows(trained.tokenizer(), i + 1, steps.get(i))).toList();
        context.print(switch (output) {
            case TEXT -> text(trained.tokenizer(), steps, rows, prompt, text);
            case CSV -> table("steps", rows.stream().flatMap(List::stream).toList(), true).csv();
            case JSON -> Json.pretty(new ExplainedText(prompt, Arrays.stream(ids).boxed().toList(), draws, text,
                    IntStream.range(0, steps.size()).mapToObj(i -> new ExplainedToken(steps.get(i).position(),
                            piece(trained.tokenizer(), steps.get(i).chosen()), steps.get(i).chosen(), rows.get(i)))
                            .toList()));
        });
        return 0;
    }

    private static List<ExplainedCandidate> rows(Tokenizer tokenizer, int step, Explanation.ChosenToken explained) {
        return explained.choices().stream()
                .map(c -> new ExplainedCandidate(step, piece(tokenizer, c.id()), c.id(), c.logit(), c.probability(),
                        c.tempered(), c.kept(), c.isChosen())).toList();
    }

    private static String decoded(Tokenizer tokenizer, String prompt, List<Explanation.ChosenToken> steps) {
        StreamDecoder decoder = tokenizer.streamDecoderAfter(prompt);
        StringBuilder text = new StringBuilder();
        steps.forEach(step -> text.append(decoder.next(step.chosen())));
        return text.append(decoder.finish()).toString();
    }

    private static String text(Tokenizer tokenizer, List<Explanation.ChosenToken> steps,
            List<List<ExplainedCandidate>> rows, String prompt, String written) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < steps.size(); i++) {
            Explanation.ChosenToken step = steps.get(i);
            String title = String.format(Locale.ROOT, "token %d, after %d: %s", i + 1, step.position(),
                    piece(tokenizer, step.chosen()));
            text.append(table(title, rows.get(i), false).text()).append('\n');
        }
        return text.append("text: ").append(Quoted.text(prompt + written)).append('\n').toString();
    }

    private static TextTable<ExplainedCandidate> table(String title, List<ExplainedCandidate> rows, boolean ofSeveral) {
        TextTable<ExplainedCandidate> table = TextTable.of(title, rows);
        if (ofSeveral) {
            table.whole("step", ExplainedCandidate::step);
        }
        return table.text("candidate", ExplainedCandidate::candidate).whole("id", ExplainedCandidate::id)
                .decimal("logit", "0.0000", ExplainedCandidate::logit)
                .decimal("probability", "0.0000", ExplainedCandidate::probability)
                .decimal("after temperature", "0.0000", ExplainedCandidate::afterTemperature)
                .decimal("after top-k/top-p", "0.0000", ExplainedCandidate::afterTopKTopP)
                .text("chosen", row -> row.chosen() ? "*" : "");
    }

    /** So that spaces and line breaks can be seen. */
    private static String piece(Tokenizer tokenizer, int id) {
        return Quoted.bytes(tokenizer.tokenBytes(id));
    }
}
