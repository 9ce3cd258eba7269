package inkhorn.cli;

import inkhorn.autograd.kernel.KernelProvider;
import inkhorn.checkpoint.Checkpoint;
import inkhorn.cli.launch.Shutdown;
import inkhorn.cli.launch.Stopped;
import inkhorn.cli.options.Arguments;
import inkhorn.cli.terminal.ByteProgressLine;
import inkhorn.cli.terminal.Progress;
import inkhorn.config.DataConfig;
import inkhorn.config.RunConfig;
import inkhorn.config.TrainConfig;
import inkhorn.data.prepare.Preparation;
import inkhorn.data.prepare.PreparationSpec;
import inkhorn.data.prepare.PreparedData;
import inkhorn.data.source.Corpus;
import inkhorn.data.source.DataSets;
import inkhorn.nn.LanguageModel;
import inkhorn.train.InitialWeights;
import inkhorn.train.Models;
import inkhorn.train.PeakMeter;
import inkhorn.train.PhaseTimer;
import inkhorn.train.RunDirectory;
import inkhorn.train.RunLog;
import inkhorn.train.TrainListener;
import inkhorn.train.Trainer;
import inkhorn.train.WarmUp;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Supplier;

/** Trains or resumes a run, and shows it. */
final class TrainJob implements Job<TrainCommand.Request> {

    private final PrintStream out;
    private final Path dataSets;
    private final PeakMeters peaks;
    private final Supplier<Shutdown> signals;

    /** Where the meter of a run comes from. */
    @FunctionalInterface
    interface PeakMeters {
        PeakMeter of(int threads, double flopsPerToken);
    }

    TrainJob(PrintStream out) {
        this(out, Path.of("data", "sets"), PeakMeter::of, Shutdown::install);
    }

    TrainJob(PrintStream out, Path dataSets, PeakMeters peaks, Supplier<Shutdown> signals) {
        this.out = out;
        this.dataSets = dataSets;
        this.peaks = peaks;
        this.signals = signals;
    }

    @Override
    public int run(TrainCommand.Request request) {
        Shutdown shutdown = signals.get();
        request.engine().start();
        try (WarmUp warmUp = WarmUp.start(request.config().model())) {
            return run(request, shutdown, warmUp);
        } catch (Stopped e) {
            out.println("stopped before the first step; the same command begins again");
            return shutdown.exitCode();
        }
    }

    private int run(TrainCommand.Request request, Shutdown shutdown, WarmUp warmUp) {
        RunConfig config = request.config();
        PreparedData data;
        try (PhaseTimer timer = PhaseTimer.start("reading and preparing the data")) {
            data = data(request, shutdown);
        }
        data.requireWindows(config.model().gpt().blockSize());
        Models.requireArrays(config.model(), data.tokenizer().vocabSize(), config.train().batchSize());
        shutdown.check();
        LanguageModel model;
        try (PhaseTimer timer = PhaseTimer.start("making the model")) {
            model = Models.create(config.model(), data.tokenizer().vocabSize(), config.run().seed());
        }
        if (request.resumption().isEmpty()) {
            initialWeights(config, model, data);
        }
        shutdown.check();
        try (RunDirectory run = request.resumption().isPresent()
                ? RunDirectory.resume(config, data, request.resumption().get(), line -> out.println("note: " + line))
                : RunDirectory.create(config, data)) {
            if (request.resumption().isPresent() && run.isNew()) {
                initialWeights(config, model, data);
            }
            banner(config, model, data, run.resumedStep());
            try (PhaseTimer timer = PhaseTimer.start("waiting for the warm-up")) {
                warmUp.await();
            }
            shutdown.check();
            return train(request, model, data, run, shutdown);
        }
    }

    private void initialWeights(RunConfig config, LanguageModel model, PreparedData data) {
        if (config.model().initFrom() != null) {
            Checkpoint from = InitialWeights.load(model, data.tokenizer(), Path.of(config.model().initFrom()));
            out.println("weights  of " + from.directory() + ", with a fresh optimizer");
        }
    }

    private PreparedData data(TrainCommand.Request request, Shutdown shutdown) {
        DataConfig data = request.config().data();
        try (ByteProgressLine progress = ByteProgressLine.open(out, shutdown::check)) {
            if (data.dir() != null) {
                PreparedData prepared = PreparedData.open(Path.of(data.dir()), progress);
                prepared.requireMadeWith(data.tokenizerSpec(), data.valFraction());
                return prepared;
            }
            Path path = data.path() == null ? null : Path.of(data.path());
            Corpus corpus = new DataSets(dataSets).resolve(data.dataset(), path, progress);
            PreparationSpec spec = PreparationSpec.of(data.tokenizerSpec().orElseThrow(), data.valFraction(), request.engine().threads());
            return new Preparation(dataSets).prepare(corpus, spec, progress);
        }
    }

    private int train(TrainCommand.Request request, LanguageModel model, PreparedData data, RunDirectory run,
                      Shutdown shutdown) {
        TrainConfig train = request.config().train();
        Trainer.End end;
        Trainer trainer;
        try (Progress progress = Progress.open(run.resumedStep(), train.maxIters(), train.logInterval(), out)) {
            int threads = KernelProvider.kernels().threads();
            PeakMeter peak = request.probe() ? peaks.of(threads, model.flopsPerToken()) : PeakMeter.none();
            trainer = new Trainer(request.config(), model, data, run, new Show(progress, threads), peak, shutdown);
            try (PhaseTimer timer = PhaseTimer.start("restoring")) {
                run.restore(model, trainer);
            }
            shutdown.beginSaving();
            end = trainer.run();
        }
        Path directory = request.config().run().directory();
        switch (end) {
            case FINISHED -> out.println("done: " + finished(trainer, data) + "; write with: java -jar train.jar sample " + directory);
            case NO_PROGRESS -> out.println("stopped early: " + finished(trainer, data) + ", and no better since; write with:"
                    + " java -jar train.jar sample " + directory);
            case STOPPED -> out.println("stopped at step " + trainer.state().step() + " of " + train.maxIters() + "; go on with:"
                    + " java -jar train.jar " + Arguments.resuming(request.arguments(), trainer.state().step() > run.resumedStep()));
        }
        return end == Trainer.End.STOPPED ? shutdown.exitCode() : 0;
    }

    private static String finished(Trainer trainer, PreparedData data) {
        double loss = trainer.state().bestValLoss();
        String best = Double.isFinite(loss)
                ? String.format(Locale.ROOT, ", best validation loss %.4f (%.4f bits per byte) at step %d", loss, data.bitsPerByte(loss),
                        trainer.state().bestStep())
                : "";
        return trainer.state().step() + " steps" + best;
    }

    private void banner(RunConfig config, LanguageModel model, PreparedData data, long resumedStep) {
        TrainConfig train = config.train();
        long tokens = (long) train.batchSize() * config.model().gpt().blockSize() * train.gradAccum();
        long mebibytes = Models.trainingBytes(config.model(), model.vocabSize(), train.batchSize()) >> 20;
        out.printf(Locale.ROOT, "run      %s in %s, seed %d%n", config.run().name(), config.run().directory(), config.run().seed());
        out.printf(Locale.ROOT, "data     %s: %,d + %,d tokens, vocabulary of %,d (%s)%n", data.manifest().source(),
                data.train().length(), data.val().length(), data.tokenizer().vocabSize(), data.tokenizer().name());
        data.warnings().forEach(warning -> out.println("WARNING  " + warning));
        out.printf(Locale.ROOT, "model    %s, %,d parameters%n",
                config.model().type().name().toLowerCase(Locale.ROOT), model.parameterCount());
        out.printf(Locale.ROOT, "memory   about %,d MiB to train, of a heap of up to %,d MiB%n", mebibytes,
                Runtime.getRuntime().maxMemory() >> 20);
        out.printf("kernels  %s%n", KernelProvider.describeChoice());
        out.printf(Locale.ROOT, "steps    %,d of %,d tokens each%s%n", train.maxIters(), tokens,
                resumedStep > 0 ? String.format(Locale.ROOT, ", going on from step %,d", resumedStep) : "");
        out.flush();
    }

    /** Turns what the trainer reports into lines and the bar. */
    private static final class Show implements TrainListener {

        private static final double SMOOTHING = 0.9;

        private final Progress progress;
        private final int threads;
        private double tokensPerSecond;

        Show(Progress progress, int threads) {
            this.progress = progress;
            this.threads = threads;
        }

        @Override
        public void peakMeasured(double flopsPerSecond) {
            progress.line(String.format(Locale.ROOT, "peak     %.1f GFLOP/s measured on %d %s", flopsPerSecond * 1e-9, threads,
                    threads == 1 ? "thread" : "threads"));
        }

        @Override
        public void stepped(RunLog.Train step) {
            tokensPerSecond = tokensPerSecond == 0 ? step.tokensPerS()
                    : SMOOTHING * tokensPerSecond + (1 - SMOOTHING) * step.tokensPerS();
            double share = step.peakShare() * tokensPerSecond / step.tokensPerS();
            progress.step(new RunLog.Train(step.step(), step.loss(), step.lr(), step.gradNorm(), step.stepMs(), tokensPerSecond, share));
        }

        @Override
        public void evaluating(long step, long done, long total) {
            progress.evaluating(step, done, total);
        }

        @Override
        public void evaluated(RunLog.Eval eval, boolean best) {
            progress.line(String.format(Locale.ROOT, "step %d  train loss %.4f  validation loss %.4f (%.4f bits per byte)%s",
                    eval.step(), eval.trainLoss(), eval.valLoss(), eval.valBitsPerByte(), best ? "  (best)" : ""));
        }

        @Override
        public void sampled(String text) {
            progress.line("---\n" + text.strip() + "\n---");
        }

        @Override
        public void saving(long step) {
            progress.saving(step);
        }

        @Override
        public void saved(long step, Path directory) {
            progress.line("saved " + directory);
        }
    }
}
