package inkhorn.bench.learn;

import inkhorn.autograd.kernel.KernelProvider;
import inkhorn.bench.ModelCase;
import inkhorn.bench.torch.TorchAdamW;
import inkhorn.bench.torch.TorchGpt;
import inkhorn.bench.torch.TorchProcess;
import inkhorn.checkpoint.NamedTensor;
import inkhorn.cli.launch.ParentWatch;
import inkhorn.cli.launch.Relaunch;
import inkhorn.config.ConfigLoader;
import inkhorn.config.RunConfig;
import inkhorn.data.Batch;
import inkhorn.data.BatchSequence;
import inkhorn.data.BatchSource;
import inkhorn.data.ByteProgress;
import inkhorn.data.files.Json;
import inkhorn.data.prepare.Preparation;
import inkhorn.data.prepare.PreparedData;
import inkhorn.nn.LanguageModel;
import inkhorn.nn.Parameter;
import inkhorn.optim.LrSchedule;
import inkhorn.train.Models;
import inkhorn.train.PeakMeter;
import inkhorn.train.TrainEvent;
import inkhorn.train.Trainer;
import inkhorn.train.WarmUp;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/** One side of the race in a process of its own; writes a {@link LearnLine} for each evaluation to standard output. */
public final class LearnWorker {

    static final String INKHORN = "inkhorn";
    static final String TORCH = "torch-";

    private static final long NO_TARGET = -100;
    private static final double NANOS = 1e-9;

    private final String engine;
    private final RunConfig config;
    private final PreparedData data;
    private final PrintStream lines;
    private String description;
    private double startSeconds;
    private double seconds;
    private double evalSeconds;
    private double lossSum;
    private long losses;

    private LearnWorker(String engine, RunConfig config, PreparedData data, PrintStream lines) {
        this.engine = engine;
        this.config = config;
        this.data = data;
        this.lines = lines;
    }

    /**
     * Arguments: {@code inkhorn} or {@code torch-MKL} or {@code torch-OpenBLAS}, a config, steps or 0 for the config's,
     * steps between evaluations, threads, {@code data/sets}, and a text in place of the config's.
     */
    public static void main(String[] args) {
        if (args[0].equals(INKHORN)) {
            Integer code = Relaunch.run("inkhorn.bench.learn.LearnWorker", args);
            if (code != null) {
                System.exit(code);
            }
            ParentWatch.start();
        }
        PrintStream lines = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        System.setOut(System.err);
        int threads = Integer.parseInt(args[4]);
        try {
            RunConfig config = config(Path.of(args[1]), Integer.parseInt(args[2]), Integer.parseInt(args[3]),
                    args.length > 6 ? Map.of("data.path", args[6]) : Map.of());
            Path sets = Path.of(args[5]);
            PreparedData data = new Preparation(sets).prepare(config.data().corpus(sets, ByteProgress.NONE),
                    config.data().preparation(threads), ByteProgress.NONE);
            System.err.printf(Locale.ROOT, "%s: learns %s, %,d + %,d tokens%n", args[0], data.manifest().source(),
                    data.train().length(), data.val().length());
            LearnWorker worker = new LearnWorker(args[0], config, data, lines);
            if (args[0].startsWith(TORCH)) {
                worker.torch(threads, args[0].substring(TORCH.length()));
            } else {
                worker.inkhorn(threads);
            }
        } catch (RuntimeException | LinkageError e) {
            System.err.println(args[0] + ": " + e.getMessage());
            System.exit(1);
        }
        System.exit(0);
    }

    /** The config, evaluated on the whole validation split, without anything else that takes time. */
    static RunConfig config(Path file, int steps, int evalInterval, Map<String, String> text) {
        Map<String, String> keys = new LinkedHashMap<>(Map.of("train.eval_iters", "0", "train.eval_interval",
                String.valueOf(evalInterval), "train.sample_chars", "0", "train.checkpoint_interval", "0"));
        keys.putAll(text);
        if (steps > 0) {
            int warmup = ConfigLoader.load(file).optim().warmupIters();
            keys.put("train.max_iters", String.valueOf(steps));
            keys.put("optim.warmup_iters", String.valueOf(Math.min(warmup, steps)));
            keys.put("optim.lr_decay_iters", String.valueOf(steps));
            keys.put("optim.cooldown_iters", "");
        }
        return ConfigLoader.load(file, keys);
    }

    private void inkhorn(int threads) {
        KernelProvider.choose(threads);
        description = "Java " + Runtime.version() + ", " + KernelProvider.kernels().description();
        try (WarmUp warmUp = WarmUp.start(config.model())) {
            LanguageModel model = Models.trainable(Models.create(config.model(), data.tokenizer().vocabSize(),
                    config.run().seed()), config);
            warmUp.await();
            long[] mark = {System.nanoTime()};
            Trainer trainer = new Trainer(config, model, data, PeakMeter.none(), () -> false, event -> {
                if (event instanceof TrainEvent.Stepped step) {
                    stepped(step.loss(), step.stepMs() * 1e-3);
                    mark[0] = System.nanoTime();
                } else if (event instanceof TrainEvent.Evaluated evaluated) {
                    evalSeconds += (System.nanoTime() - mark[0]) * NANOS;
                    evaluated(evaluated.losses().step(), evaluated.losses().valLoss());
                }
            });
            starts();
            trainer.run();
        }
    }

    private void torch(int threads, String blas) {
        TorchProcess.load(threads, blas, config.run().seed());
        ModelCase shape = new ModelCase("nanogpt", config.model().gpt().withVocabSize(data.tokenizer().vocabSize()),
                config.train().batchSize());
        TorchGpt model = new TorchGpt(shape, false);
        model.copy(initialWeights()::get);
        TorchAdamW optimizer = new TorchAdamW(List.copyOf(model.parameters().values()), new TorchAdamW.Settings(
                config.optim().beta1(), config.optim().beta2(), config.optim().eps(), config.optim().weightDecay(),
                config.optim().gradClip()));
        description = TorchProcess.description() + ", attention by its " + model.attentionKernel() + " kernel";
        LrSchedule schedule = config.optim().lrSchedule();
        BatchSource batches = Trainer.batches(data.trainSplit(), shape.batch(), shape.config().blockSize(),
                config.run().seed());
        starts();
        for (long step = 0; step < config.train().maxIters(); step++) {
            long before = System.nanoTime();
            optimizer.zeroGrad();
            double loss = gradients(model, batches.batch(step));
            optimizer.step(schedule.at(step));
            stepped(loss, (System.nanoTime() - before) * NANOS);
            if (config.train().isDue(config.train().evalInterval(), step + 1)) {
                long mark = System.nanoTime();
                double validation = validationLoss(model, data.valSplit().inOrder(shape.batch(),
                        shape.config().blockSize()));
                evalSeconds += (System.nanoTime() - mark) * NANOS;
                evaluated(step + 1, validation);
            }
        }
    }

    /** Those that Inkhorn begins with, which are drawn as nanoGPT draws its own. */
    private Map<String, NamedTensor> initialWeights() {
        LanguageModel model = Models.create(config.model(), data.tokenizer().vocabSize(), config.run().seed());
        return model.namedParameters().stream().collect(Collectors.toMap(Parameter::name,
                p -> new NamedTensor(p.name(), p.tensor().shape().dims(), p.tensor().data())));
    }

    private static double gradients(TorchGpt model, Batch batch) {
        try (PointerScope scope = new PointerScope()) {
            Tensor loss = model.loss(tokens(batch.inputs(), batch), tokens(batch.targets(), batch));
            loss.backward();
            return loss.item_float();
        }
    }

    static double validationLoss(TorchGpt model, BatchSequence all) {
        double sum = 0;
        long count = 0;
        for (long i = 0; i < all.batchCount(); i++) {
            Batch batch = all.batch(i);
            try (PointerScope scope = new PointerScope(); NoGradGuard guard = new NoGradGuard()) {
                sum += model.loss(tokens(batch.inputs(), batch), tokens(batch.targets(), batch), false).item_float()
                        * batch.counted();
            }
            count += batch.counted();
        }
        return sum / count;
    }

    private static Tensor tokens(int[] ids, Batch batch) {
        return Tensor.create(Arrays.stream(ids).asLongStream().map(id -> id < 0 ? NO_TARGET : id).toArray(),
                batch.batchSize(), batch.blockSize());                                              // (B, T)
    }

    private void starts() {
        startSeconds = (System.currentTimeMillis() - ManagementFactory.getRuntimeMXBean().getStartTime()) * 1e-3;
    }

    private void stepped(double loss, double took) {
        seconds += took;
        lossSum += loss;
        losses++;
    }

    private void evaluated(long step, double validation) {
        lines.print(Json.line(new LearnLine(engine, step, seconds, evalSeconds, startSeconds, lossSum / losses,
                validation, description)));
        lines.flush();
        lossSum = 0;
        losses = 0;
    }
}
