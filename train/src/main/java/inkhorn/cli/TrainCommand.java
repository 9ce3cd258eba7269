package inkhorn.cli;

import inkhorn.autograd.kernel.KernelProvider;
import inkhorn.checkpoint.AdapterBase;
import inkhorn.checkpoint.Checkpoint;
import inkhorn.cli.context.Context;
import inkhorn.cli.launch.Shutdown;
import inkhorn.cli.launch.Stopped;
import inkhorn.cli.machine.MachineReader;
import inkhorn.cli.options.Arguments;
import inkhorn.cli.options.ConfigOptions;
import inkhorn.cli.options.DataParallelOptions;
import inkhorn.cli.options.EngineOptions;
import inkhorn.cli.options.KeyOption;
import inkhorn.cli.options.OnlyAttached;
import inkhorn.cli.options.ServeBesideOptions;
import inkhorn.cli.terminal.Progress;
import inkhorn.config.ConfigLoader;
import inkhorn.config.RunConfig;
import inkhorn.config.TrainConfig;
import inkhorn.config.UserError;
import inkhorn.data.files.Hashes;
import inkhorn.data.prepare.PreparedData;
import inkhorn.nn.LanguageModel;
import inkhorn.train.InitialWeights;
import inkhorn.train.Models;
import inkhorn.train.PeakMeter;
import inkhorn.train.PhaseTimer;
import inkhorn.train.Resumption;
import inkhorn.train.Run;
import inkhorn.train.Trainer;
import inkhorn.train.TrainingMemory;
import inkhorn.train.WarmUp;
import inkhorn.train.parallel.Likeness;
import inkhorn.train.parallel.Ranks;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code java -jar train.jar CONFIG}: the command without a name. It trains or resumes a run and shows its progress.
 */
@Command(name = "java -jar train.jar", versionProvider = TrainCommand.Version.class, sortOptions = false,
        synopsisSubcommandLabel = "", customSynopsis = {
            "java -jar train.jar CONFIG [--resume[=STEP]] [--KEY=VALUE...] [OPTIONS]",
            "       java -jar train.jar COMMAND [OPTIONS]"},
        header = {"Trains a GPT from scratch, in plain Java.", ""},
        description = {"", "Trains what CONFIG describes; Ctrl-C writes a checkpoint of the steps done and ends.", ""},
        footerHeading = "%nExamples:%n",
        footer = {
            "  java -jar train.jar configs/shakespeare-char.yaml",
            "  java -jar train.jar configs/shakespeare-char.yaml --resume",
            "  java -jar train.jar configs/shakespeare-char.yaml --train.max_iters=200 --optim.lr=5e-4",
            "  java -jar train.jar sample checkpoints/shakespeare-char --prompt \"ROMEO:\"",
            "  java -jar train.jar doctor",
            "",
            "Exit codes: 0 done, 1 the run failed, 2 the input is wrong, 130 or 143 stopped by a signal."},
        commandListHeading = "%nCommands:%n")
public final class TrainCommand implements Callable<Integer> {

    /** Where this process is not the first of several, what is printed on it goes nowhere. */
    private Context context;

    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", arity = "0..1", paramLabel = "CONFIG",
            description = "A YAML file; see configs/ and docs/config.md.")
    private String config;

    @Option(names = "--resume", arity = "0..1", paramLabel = "STEP", preprocessor = OnlyAttached.class,
            description = "Continue from the run's last checkpoint, or from --resume=step-NNNNNNNN or --resume=best.")
    private String resume;

    @Option(names = "--stop-at", paramLabel = "STEP",
            description = "Save a checkpoint after STEP steps and end, with the schedule of all train.max_iters;"
                    + " --resume goes on.")
    private String stopAt;

    @Option(names = "--data-changed",
            description = "With --resume: continue although the data are not those of the checkpoint.")
    private boolean dataChanged;

    @Mixin
    private KeyOption keys;

    @Option(names = "--no-probe",
            description = "Do not measure the machine's peak (half a second); the log then has no share of it.")
    private boolean noProbe;

    @Mixin
    private ServeBesideOptions serving;

    @Mixin
    private DataParallelOptions parallel;

    @Mixin
    EngineOptions engine;

    @Option(names = {"-V", "--version"}, versionHelp = true, description = "Show the version.")
    private boolean version;

    TrainCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        keys.requireNotGiven();
        if (config == null) {
            throw new UserError("no CONFIG given; give one such as configs/shakespeare-char.yaml, or --help");
        }
        RunConfig resolved = resolved();
        Optional<Resumption> resumption = resumption();
        long lastStep = lastStep(resolved.train());
        Shutdown shutdown = context.signals().get();
        engine.start();
        try (Team team = Team.join(parallel, context)) {
            context = team.context();
            return run(resolved, resumption, lastStep, shutdown, team);
        }
    }

    private int run(RunConfig resolved, Optional<Resumption> resumption, long lastStep, Shutdown shutdown, Team team) {
        try (TrainServer server = team.leads()
                ? TrainServer.open(serving, resolved.run().directory(), shutdown, context.out()) : null;
                WarmUp warmUp = WarmUp.start(resolved.model())) {
            return run(resolved, resumption, lastStep, shutdown, warmUp, server, team);
        } catch (Stopped e) {
            context.out().println("stopped before the first step; the same command begins again");
            if (!team.isAlone()) {
                team.ranks().abort(shutdown.exitCode());
            }
            return shutdown.exitCode();
        } catch (RuntimeException | Error e) {
            if (team.isAlone()) {
                throw e;
            }
            return team.fail(e);
        }
    }

    /** The config with the keys of the command line in it. */
    RunConfig resolved() {
        return ConfigLoader.load(Arguments.path("CONFIG", config), ConfigOptions.given(spec),
                resume == null ? InitialWeights::inherited : InitialWeights::inheritedOnResume,
                context::note);
    }

    /** Which checkpoint to go on from; empty for a new run. */
    Optional<Resumption> resumption() {
        if (resume == null && dataChanged) {
            throw new UserError("--data-changed: found without --resume; a new run trains on any data, leave the option"
                    + " out");
        }
        return Optional.ofNullable(resume).map(checkpoint -> new Resumption(checkpoint, dataChanged));
    }

    /** Steps that are done when this process ends; all of the run's where nothing else is asked for. */
    private long lastStep(TrainConfig train) {
        return stopAt == null ? train.maxIters() : Arguments.whole("--stop-at", stopAt, 1, train.maxIters());
    }

    /** The version in the jar's manifest. */
    static final class Version implements CommandLine.IVersionProvider {
        private static final int HASH_DIGITS = 12;

        /** Of the jar, in short, where the program runs from one. */
        static String hash() {
            Path jar = Path.of(System.getProperty("java.class.path"));
            try {
                return Files.isRegularFile(jar) ? " (sha256 " + Hashes.sha256(jar).substring(0, HASH_DIGITS) + ")" : "";
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public String[] getVersion() {
            return new String[] {"inkhorn " + number() + ", Java " + System.getProperty("java.version")};
        }

        static String number() {
            String version = Main.class.getPackage().getImplementationVersion();
            return version == null ? "(development)" : version;
        }
    }

    private List<String> arguments() {
        return spec.commandLine().getParseResult().originalArgs();
    }

    private int run(RunConfig config, Optional<Resumption> resumption, long lastStep, Shutdown shutdown, WarmUp warmUp,
            TrainServer server, Team team) {
        team.requireEvenShares(config.train());
        PreparedData data;
        try (PhaseTimer timer = PhaseTimer.start("reading and preparing the data")) {
            data = team.leaderFirst("the prepared data",
                    () -> TrainingData.of(config.data(), engine.threads(), context, shutdown));
        }
        data.requireWindows(config.model().gpt().blockSize());
        int rowSize = data.rowSize(config.model().gpt().blockSize());
        TrainingMemory memory = TrainingMemory.of(config, data.tokenizer().vocabSize(), rowSize, team.ranks().size());
        shutdown.check();
        LanguageModel model;
        try (PhaseTimer timer = PhaseTimer.start("making the model")) {
            model = Models.create(config.model(), data.tokenizer().vocabSize(), config.run().seed());
        }
        Likeness.require(team.ranks(), facts(config, data, lastStep));
        if (!team.leads()) {
            return follow(config, model, data, lastStep, shutdown, team.ranks());
        }
        Optional<AdapterBase> base = Optional.empty();
        if (resumption.isEmpty() || config.lora().isOn()) {
            base = initialWeights(config, model, data).filter(from -> config.lora().isOn()).map(AdapterBase::ofModel);
        }
        Models.trainable(model, config);
        shutdown.check();
        try (Run run = resumption.isPresent()
                ? Run.resume(config, data, base, resumption.get(), line -> context.out().println("note: " + line))
                : Run.create(config, data, base)) {
            if (resumption.isPresent() && run.isNew() && base.isEmpty()) {
                initialWeights(config, model, data);
            }
            TrainBanner.print(context.out(), config, model, memory, data, run.resumedStep(),
                    parallel.isGiven() ? Optional.of(team) : Optional.empty());
            try (PhaseTimer timer = PhaseTimer.start("waiting for the warm-up")) {
                warmUp.await();
            }
            shutdown.check();
            return train(config, model, data, run, lastStep, shutdown, server, team.ranks());
        }
    }

    /** In another process than the first: the same training, of which the first one writes down what happens. */
    private static int follow(RunConfig config, LanguageModel model, PreparedData data, long lastStep,
            Shutdown shutdown, Ranks ranks) {
        Trainer trainer = Trainer.following(config, Models.trainable(model, config), data, shutdown, ranks);
        shutdown.beginSaving();
        trainer.together();
        return trainer.run(lastStep) == Trainer.End.STOPPED ? shutdown.exitCode() : 0;
    }

    /** What must be the same in all processes; the directory of the run is that of the first one. */
    private static Map<String, String> facts(RunConfig config, PreparedData data, long lastStep) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("version of the program", Version.number() + Version.hash());
        facts.put("config", config.toYaml().lines().filter(line -> !line.strip().startsWith("out:"))
                .collect(Collectors.joining("\n")));
        facts.put("last step", String.valueOf(lastStep));
        facts.put("text", Run.dataOf(data));
        facts.put("kind of kernels", KernelProvider.kernels().description().replaceAll(", [^,]*threads?$", ""));
        return facts;
    }

    private Optional<Checkpoint> initialWeights(RunConfig config, LanguageModel model, PreparedData data) {
        if (config.model().initFrom() == null) {
            return Optional.empty();
        }
        Checkpoint from = InitialWeights.load(model, data.tokenizer(), Path.of(config.model().initFrom()));
        context.out().println("weights  of " + from.directory() + (config.lora().isOn() ? ", with adapters of rank "
                + config.lora().rank() : ", with a fresh optimizer"));
        return Optional.of(from);
    }

    private int train(RunConfig config, LanguageModel model, PreparedData data, Run run, long lastStep,
            Shutdown shutdown, TrainServer server, Ranks ranks) {
        TrainConfig train = config.train();
        PrintStream out = context.out();
        Trainer.End end;
        Trainer trainer;
        try (Progress progress = Progress.open(run.resumedStep(), train, out)) {
            PeakMeter peak = noProbe ? PeakMeter.none() : context.peaks()
                    .of(KernelProvider.kernels().threads(), model::flopsPerToken);
            try (PhaseTimer timer = PhaseTimer.start("restoring")) {
                trainer = run.trainer(model, peak, shutdown, ranks,
                        server == null ? progress : progress.andThen(server));
                trainer.together();
            }
            run.began(MachineReader.session(run.resumedStep(), arguments(), Version.number()));
            shutdown.beginSaving();
            end = run.train(trainer, lastStep);
        }
        Path directory = config.run().directory();
        switch (end) {
            case FINISHED -> out.println("done: " + finished(trainer, data)
                    + "; write with: java -jar train.jar sample " + directory);
            case NO_PROGRESS -> out.println("stopped early: " + finished(trainer, data)
                    + ", and no better since; write with: java -jar train.jar sample " + directory);
            case LOSS_REACHED -> out.println("stopped at train.stop_at_loss " + train.stopAtLoss() + ": "
                    + finished(trainer, data) + "; write with: java -jar train.jar sample " + directory);
            case STOPPED, PAUSED -> out.println("stopped at step " + trainer.state().step() + " of " + train.maxIters()
                    + "; go on with: java -jar train.jar "
                    + Arguments.resuming(arguments(), trainer.state().step() > run.resumedStep()));
        }
        return end == Trainer.End.STOPPED ? shutdown.exitCode() : 0;
    }

    private static String finished(Trainer trainer, PreparedData data) {
        double loss = trainer.state().bestValLoss();
        String best = Double.isFinite(loss)
                ? String.format(Locale.ROOT, ", best validation loss %.4f (%.4f bits per byte) at step %d", loss,
                data.bitsPerByte(loss),
                        trainer.state().bestStep())
                : "";
        return trainer.state().step() + " steps" + best;
    }
}
