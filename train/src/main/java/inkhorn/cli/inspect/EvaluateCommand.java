package inkhorn.cli.inspect;

import inkhorn.cli.context.Context;
import inkhorn.cli.options.AdapterOption;
import inkhorn.cli.options.Arguments;
import inkhorn.cli.options.EngineOptions;
import inkhorn.cli.terminal.BatchBar;
import inkhorn.cli.terminal.ByteProgressLine;
import inkhorn.config.ConfigLoader;
import inkhorn.config.RunConfig;
import inkhorn.config.UserError;
import inkhorn.data.BatchSequence;
import inkhorn.data.DataSplit;
import inkhorn.data.EvalWindows;
import inkhorn.data.Examples;
import inkhorn.data.TokenFile;
import inkhorn.data.files.Json;
import inkhorn.data.prepare.EncodedInstructions;
import inkhorn.data.prepare.EncodedText;
import inkhorn.data.prepare.PreparedData;
import inkhorn.data.source.Corpus;
import inkhorn.data.source.DataFormat;
import inkhorn.data.tokenizer.Tokenizer;
import inkhorn.generate.TrainedModel;
import inkhorn.nn.LanguageModel;
import inkhorn.train.Evaluation;
import inkhorn.train.HeldOutLoss;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code evaluate}: a model's loss on prepared data or on any text. */
@Command(name = "evaluate", sortOptions = false,
        description = "Measure a model's loss, perplexity and bits per byte on a text.")
public final class EvaluateCommand implements Callable<Integer> {

    private final Context context;

    @Parameters(index = "0", paramLabel = "CKPT",
            description = "A run's directory (its best checkpoint) or a checkpoint.")
    private String from;

    @Mixin
    private AdapterOption adapter;

    @Option(names = "--data", paramLabel = "DIR|FILE", required = true,
            description = "What prepare made, or a text: a file, or a directory of files.")
    private String data;

    @Option(names = "--split", paramLabel = "train|val", defaultValue = "val",
            description = "Of prepared data (default: ${DEFAULT-VALUE}).")
    private String split;

    @Option(names = "--format", paramLabel = "text|instructions",
            description = "Of a file: a text, or .jsonl lines of a prompt and its completion, which alone counts"
            + " (default: the training's).")
    private String format;

    @Option(names = "--iters", paramLabel = "N",
            description = "N random batches, those of a training with train.eval_iters: N (default: the whole text).")
    private String iters;

    @Option(names = "--stride", paramLabel = "N",
            description = "Windows begin N tokens apart and overlap, so each token has at least block_size - N before"
                    + " it (default: block_size, no overlap).")
    private String stride;

    @Option(names = "--batch-size", paramLabel = "B",
            description = "Windows computed together (default: the training's).")
    private String batchSize;

    @Option(names = "--json", description = "One JSON object, for programs.")
    private boolean json;

    @Mixin
    private EngineOptions engine;

    /** A part of prepared data. */
    private enum Split { TRAIN, VAL }

    /** What is evaluated. */
    private record Subject(String name, DataSplit split, double tokensPerByte) {
        boolean isText() {
            return split instanceof TokenFile;
        }
    }

    /** The JSON object's form. */
    private record Report(String checkpoint, String data, long tokens, long blocks, int blockSize, int stride,
                          double loss, double perplexity, double bitsPerByte, Double bitsPerByte95,
                          double tokensPerSecond) {
    }

    public EvaluateCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Path directory = Arguments.path("CKPT", from);
        Path path = Arguments.path("--data", data);
        Split part = Arguments.word("--split", split, Split.values());
        int sampled = iters == null ? 0 : (int) Arguments.whole("--iters", iters, 1);
        int asked = batchSize == null ? 0 : (int) Arguments.whole("--batch-size", batchSize, 1);
        if (iters != null && stride != null) {
            throw new UserError("--iters: found beside --stride, expected one of them: random windows have no order");
        }
        if (!Files.exists(path)) {
            throw new UserError("--data: " + path + ": no such file or directory; give what prepare made, or a text");
        }
        engine.start();
        TrainedModel trained = adapter.open(directory);
        RunConfig training = ConfigLoader.ofCheckpoint(TrainedModel.checkpoint(directory).directory());
        Subject text = subject(path, part, trained.tokenizer(), training.data().format());
        int block = block(text, trained.model());
        int apart = stride == null ? block : (int) Arguments.whole("--stride", stride, 1, block);
        int batch = asked > 0 ? asked : training.train().batchSize();
        Evaluation evaluation = sampled > 0
                ? sampled(trained.model(), text, part, batch, sampled, training.run().seed())
                : Evaluation.of(trained.model(), inOrder(text, batch, block, apart));
        long began = System.nanoTime();
        HeldOutLoss loss;
        try (BatchBar bar = new BatchBar("evaluating", evaluation.batchCount(), context.out())) {
            loss = HeldOutLoss.of(evaluation, text.tokensPerByte(), bar::done);
        }
        double tokensPerSecond = loss.tokens() / ((System.nanoTime() - began) * 1e-9);
        if (json) {
            Double interval = Double.isNaN(loss.halfWidth()) ? null : loss.bitsPerByteHalfWidth();
            context.print(Json.pretty(new Report(directory.toString(), text.name(), loss.tokens(), loss.blocks(), block,
                    apart, loss.loss(), loss.perplexity(), loss.bitsPerByte(), interval, tokensPerSecond)));
        } else {
            show(text, loss, block, apart, tokensPerSecond);
        }
        return 0;
    }

    private int block(Subject text, LanguageModel model) {
        if (text.split() instanceof TokenFile tokens) {
            int block = (int) Math.min(model.blockSize(), tokens.length() - 1);
            if (block < 1) {
                throw new UserError("--data: " + text.name() + ": found " + tokens.length()
                        + " token, expected at least 2: one to begin with, and one to predict");
            }
            return block;
        }
        if (stride != null) {
            throw new UserError("--stride: found with instructions, of which each example is a window of its own; leave"
                    + " it out");
        }
        if (text.split() instanceof Examples examples) {
            Examples.Fit fit = examples.fit(model.blockSize());
            Examples.cut(examples.count(), fit.cut(), fit.leftOut(), model.blockSize())
                    .ifPresent(context::note);
        }
        return model.blockSize();
    }

    private static BatchSequence inOrder(Subject text, int batch, int block, int apart) {
        return text.split() instanceof TokenFile tokens ? new EvalWindows(tokens, batch, block, apart)
                : text.split().inOrder(batch, block);
    }

    private static Evaluation sampled(LanguageModel model, Subject text, Split part, int batch, int count, long seed) {
        return part == Split.VAL ? Evaluation.sampledVal(model, text.split(), batch, count, seed)
                : Evaluation.sampledTrain(model, text.split(), batch, count, seed);
    }

    private Subject subject(Path path, Split part, Tokenizer tokenizer, DataFormat trained) {
        try (ByteProgressLine progress = ByteProgressLine.open(context.out(), () -> {})) {
            if (!PreparedData.isIn(path)) {
                DataFormat holds = format == null ? trained : Arguments.word("--format", format, DataFormat.values());
                if (holds == DataFormat.INSTRUCTIONS) {
                    EncodedInstructions encoded = EncodedInstructions.of(
                            Corpus.ofFiles("evaluated", List.of(path), holds.globs(), "--data"), tokenizer, progress);
                    return new Subject(path.toString(), encoded.examples(), encoded.tokensPerByte());
                }
                EncodedText encoded = EncodedText.of(Corpus.ofFiles("evaluated", List.of(path), List.of(), "--data"),
                        tokenizer, progress);
                return new Subject(path.toString(), encoded.tokens(),
                        (double) encoded.tokens().length() / encoded.bytes());
            }
            PreparedData prepared = PreparedData.open(path, progress);
            if (!prepared.tokenizer().hash().equals(tokenizer.hash())) {
                throw new UserError("--data: " + path + " was prepared with another tokenizer (found "
                        + prepared.tokenizer().name() + " of " + prepared.tokenizer().vocabSize()
                        + " tokens, the model has " + tokenizer.name() + " of " + tokenizer.vocabSize()
                        + "); give the text itself, or prepare it with --tokenizer CKPT/tokenizer.json");
            }
            if (format != null) {
                prepared.requireFormat(Arguments.word("--format", format, DataFormat.values()));
            }
            return new Subject(path + ", " + (part == Split.VAL ? "validation" : "training") + " split",
                    part == Split.VAL ? prepared.valSplit() : prepared.trainSplit(),
                    prepared.tokensPerByte(part == Split.VAL));
        }
    }

    private void show(Subject text, HeldOutLoss loss, int block, int apart, double tokensPerSecond) {
        PrintStream out = context.out();
        out.printf(Locale.ROOT, "data           %s: %,d predictions, %s of %s%,d tokens%s%n", text.name(),
                loss.tokens(), text.isText() ? "windows" : "completions", text.isText() ? "" : "examples of at most ",
                block, apart == block ? "" : String.format(Locale.ROOT, ", %,d apart", apart));
        out.printf(Locale.ROOT, "loss           %.4f nats a token (%s)%n", loss.loss(), loss.loss());
        out.printf(Locale.ROOT, "perplexity     %.3f%n", loss.perplexity());
        out.printf(Locale.ROOT, "bits per byte  %.4f%s%n", loss.bitsPerByte(), Double.isNaN(loss.halfWidth())
                ? ", no interval: fewer than two blocks"
                : String.format(Locale.ROOT, " ± %.4f (95 %% confidence, over %,d blocks)", loss.bitsPerByteHalfWidth(),
                        loss.blocks()));
        out.printf(Locale.ROOT, "speed          %,.0f tokens/s%n", tokensPerSecond);
        out.flush();
    }
}
