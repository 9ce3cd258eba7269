package inkhorn.cli.inspect;

import inkhorn.cli.context.Context;
import inkhorn.cli.options.Arguments;
import inkhorn.cli.options.EngineOptions;
import inkhorn.config.UserError;
import inkhorn.generate.TrainedModel;
import inkhorn.inspect.AttentionData;
import inkhorn.inspect.AttentionPage;
import inkhorn.inspect.AttentionPicture;
import inkhorn.inspect.AttentionTable;
import inkhorn.inspect.AttentionView;
import inkhorn.nn.Gpt;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code attention}: the four stages of self-attention on a text, as tables, JSON, CSV, pictures or a page. */
@Command(name = "attention", sortOptions = false,
        description = "Show the attention of a trained model on a text: scores, mask, softmax, weighted values.")
public final class AttentionCommand implements Callable<Integer> {

    private static final int LARGEST = 1_000_000;

    private final Context context;

    @Parameters(index = "0", paramLabel = "RUN_OR_CHECKPOINT",
            description = "A run's directory (its best checkpoint) or a checkpoint.")
    private String from;

    @Option(names = "--prompt", paramLabel = "TEXT", required = true,
            description = "Text to look at, at most block_size tokens.")
    private String prompt;

    @Option(names = "--layer", paramLabel = "L",
            description = "One layer, counted from 0 (default: all; the table shows 0).")
    private String layer;

    @Option(names = "--head", paramLabel = "H",
            description = "One head, counted from 0 (default: all; the table shows 0).")
    private String head;

    @Option(names = "--png", paramLabel = "FILE",
            description = "Write heat maps of the softmax; of one head, all four stages.")
    private String png;

    @Option(names = "--html", paramLabel = "FILE",
            description = "Write a page to explore in a browser, with logit lens and next tokens.")
    private String html;

    @Option(names = "--csv", description = "Print every number of the chosen heads, one a line.")
    private boolean csv;

    @Option(names = "--json", description = "Print one JSON object: the chosen heads, logit lens and next tokens.")
    private boolean json;

    @Mixin
    private EngineOptions engine;

    /** What is printed. */
    enum Output { TABLE, CSV, JSON }

    public AttentionCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException {
        if (prompt.isEmpty()) {
            throw new UserError("--prompt: found nothing, expected at least one character");
        }
        if (csv && json) {
            throw new UserError("--csv and --json: found both, allowed is one; leave one out");
        }
        Path trained = Arguments.path("RUN_OR_CHECKPOINT", from);
        int chosenLayer = layer == null ? -1 : (int) Arguments.whole("--layer", layer, 0, LARGEST);
        int chosenHead = head == null ? -1 : (int) Arguments.whole("--head", head, 0, LARGEST);
        Path pageFile = html == null ? null : Arguments.path("--html", html);
        Path pictureFile = png == null ? null : Arguments.path("--png", png);
        engine.start();
        AttentionView view = view(trained, chosenLayer, chosenHead);
        // Both before the first is written: what cannot be done leaves no half of it behind.
        String page = pageFile == null ? null : AttentionPage.of(view);
        byte[] picture = pictureFile == null ? null : AttentionPicture.png(view);
        if (page != null) {
            Files.writeString(pageFile, page);
        }
        if (picture != null) {
            Files.write(pictureFile, picture);
        }
        print(view);
        return 0;
    }

    private void print(AttentionView view) throws IOException {
        PrintStream out = context.text();
        if (json) {
            out.print(AttentionData.json(view));
        } else if (csv) {
            PrintWriter lines = new PrintWriter(out, false, StandardCharsets.UTF_8);
            AttentionData.csv(view, lines);
            lines.flush();
        } else if (html == null && png == null) {
            out.print(AttentionTable.of(view));
        } else {
            out.print(html == null ? "" : "wrote " + html + ": open it in a browser" + System.lineSeparator());
            out.print(png == null ? "" : "wrote " + png + System.lineSeparator());
        }
        out.flush();
    }

    private AttentionView view(Path directory, int layer, int head) {
        TrainedModel trained = TrainedModel.open(directory);
        if (!(trained.model() instanceof Gpt gpt)) {
            throw new UserError(from + ": is a bigram model, which has no attention; give a model of kind gpt");
        }
        List<Integer> layers = AttentionView.choose("--layer", layer, gpt.gptConfig().nLayer());
        List<Integer> heads = AttentionView.choose("--head", head, gpt.gptConfig().nHead());
        int[] ids = trained.prompt(prompt);
        if (ids.length > gpt.blockSize()) {
            throw new UserError("--prompt: found " + ids.length + " tokens, the model sees at most " + gpt.blockSize()
                    + " (block_size); shorten the text");
        }
        // The directory's name alone: a page or picture may be shown to others.
        String name = directory.toAbsolutePath().normalize().getFileName().toString();
        return AttentionView.of(name, gpt, trained.tokenizer(), ids, layers, heads);
    }
}
