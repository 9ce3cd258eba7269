package inkhorn.cli;

import inkhorn.cli.terminal.Quoted;
import inkhorn.config.UserError;
import inkhorn.data.tokenizer.Tokenizer;
import inkhorn.generate.TrainedModel;
import inkhorn.inspect.AttentionData;
import inkhorn.inspect.AttentionPage;
import inkhorn.inspect.AttentionPicture;
import inkhorn.inspect.AttentionTable;
import inkhorn.inspect.AttentionView;
import inkhorn.inspect.ForwardCapture;
import inkhorn.nn.Gpt;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;

/** {@code attention}: prints a table, JSON or CSV; with {@code --png} or {@code --html} alone it prints where these are. */
final class AttentionJob implements Job<AttentionCommand.Request> {

    private final PrintStream out;

    /** @param out in UTF-8 */
    AttentionJob(PrintStream out) {
        this.out = out;
    }

    @Override
    public int run(AttentionCommand.Request request) throws IOException {
        request.engine().start();
        AttentionView view = view(request);
        // Both before the first is written: what cannot be done leaves no half of it behind.
        String page = request.html().isPresent() ? AttentionPage.of(view) : null;
        byte[] picture = request.png().isPresent() ? AttentionPicture.png(view) : null;
        if (page != null) {
            Files.writeString(request.html().orElseThrow(), page);
        }
        if (picture != null) {
            Files.write(request.png().orElseThrow(), picture);
        }
        print(request, view);
        out.flush();
        return 0;
    }

    private void print(AttentionCommand.Request request, AttentionView view) throws IOException {
        boolean written = request.html().isPresent() || request.png().isPresent();
        switch (request.output()) {
            case JSON -> out.print(AttentionData.json(view));
            case CSV -> {
                PrintWriter lines = new PrintWriter(out, false, StandardCharsets.UTF_8);
                AttentionData.csv(view, lines);
                lines.flush();
            }
            case TABLE -> {
                if (!written) {
                    out.print(AttentionTable.of(view));
                }
                request.html().ifPresent(file -> out.println("wrote " + file + ": open it in a browser"));
                request.png().ifPresent(file -> out.println("wrote " + file));
            }
        }
    }

    private static AttentionView view(AttentionCommand.Request request) {
        TrainedModel trained = TrainedModel.open(request.from());
        if (!(trained.model() instanceof Gpt gpt)) {
            throw new UserError(request.from() + ": is a bigram model, which has no attention; give a model of kind gpt");
        }
        List<Integer> layers = AttentionView.choose("--layer", request.layer(), gpt.gptConfig().nLayer());
        List<Integer> heads = AttentionView.choose("--head", request.head(), gpt.gptConfig().nHead());
        int[] ids = trained.prompt(request.prompt());
        if (ids.length > gpt.blockSize()) {
            throw new UserError("--prompt: found " + ids.length + " tokens, the model sees at most " + gpt.blockSize()
                    + " (block_size); shorten the text");
        }
        Tokenizer tokenizer = trained.tokenizer();
        IntFunction<String> label = id -> Quoted.bytes(tokenizer.tokenBytes(id));
        List<AttentionView.Token> tokens = Arrays.stream(ids).mapToObj(id -> new AttentionView.Token(id,
                new String(tokenizer.tokenBytes(id), StandardCharsets.UTF_8), label.apply(id))).toList();
        // The directory's name alone: a page or picture may be shown to others.
        String name = request.from().toAbsolutePath().normalize().getFileName().toString();
        return new AttentionView(name, ForwardCapture.of(gpt, ids), tokens, label, layers, heads);
    }
}
