package inkhorn.cli.inspect;

import inkhorn.autograd.kernel.KernelProvider;
import inkhorn.checkpoint.Checkpoint;
import inkhorn.cli.context.Context;
import inkhorn.cli.machine.MachineReader;
import inkhorn.cli.options.Arguments;
import inkhorn.cli.options.ConfigOptions;
import inkhorn.cli.options.EngineOptions;
import inkhorn.cli.options.KeyOption;
import inkhorn.config.ConfigLoader;
import inkhorn.config.RunConfig;
import inkhorn.config.UserError;
import inkhorn.plan.Caution;
import inkhorn.plan.TextSize;
import inkhorn.plan.TrainingPlan;
import inkhorn.train.InitialWeights;
import inkhorn.train.WarmUp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code plan}: what a training takes, before it runs; always succeeds, whatever speaks against the training. */
@Command(name = PlanCommand.NAME, sortOptions = false,
        customSynopsis = "java -jar train.jar plan CONFIG [--KEY=VALUE...] [OPTIONS]",
        description = "Show what a training takes before it runs: memory, time, tokens, disk. The time is that of the"
                + " step's kernels, measured for at most half a minute. Nothing is written.")
public final class PlanCommand implements Callable<Integer> {

    public static final String NAME = "plan";

    private final Context context;

    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "CONFIG", description = "A YAML file; see configs/ and docs/config.md.")
    private String config;

    @Mixin
    private KeyOption keys;

    @Option(names = "--no-probe", description = "Measure nothing; the plan then has no times.")
    private boolean noProbe;

    @Option(names = "--json", description = "One JSON object, for programs.")
    private boolean json;

    @Mixin
    private EngineOptions engine;

    public PlanCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        keys.requireNotGiven();
        RunConfig planned = ConfigLoader.load(Arguments.path("CONFIG", config), ConfigOptions.given(spec),
                InitialWeights::inherited, context::note);
        engine.start();
        Vocabulary vocabulary;
        TextSize text;
        WarmUp warmUp = noProbe ? null : WarmUp.start(planned.model());
        try {
            vocabulary = Vocabulary.of(planned.data(), context.dataSets());
            text = TextSize.of(planned.data(), context.dataSets(), engine.threads());
            if (warmUp != null) {
                warmUp.await();
            }
        } finally {
            if (warmUp != null) {
                warmUp.close();
            }
        }
        TrainingPlan plan = TrainingPlan.of(planned, vocabulary.size(), text, !noProbe);
        Caution.Resources resources = resources(planned.run().directory());
        List<String> cautions = Caution.of(planned, plan, resources);
        PlanReport report = new PlanReport(planned, plan, vocabulary, resources, cautions,
                KernelProvider.describeChoice());
        context.print(json ? report.json() : report.text());
        return 0;
    }

    private static Caution.Resources resources(Path run) {
        Long machine = MachineReader.memory().machineMib();
        Path there = run.toAbsolutePath();
        while (!Files.exists(there)) {
            there = there.getParent();
        }
        try {
            long free = Files.getFileStore(there).getUsableSpace();
            return new Caution.Resources(Runtime.getRuntime().maxMemory(), machine == null ? 0 : machine << 20, free,
                    Files.isDirectory(run) && Checkpoint.newestStep(run).isPresent());
        } catch (IOException e) {
            throw new UserError(run + ": found no disk that can be asked for its free space (" + e.getMessage()
                    + "); set run.out to another directory");
        }
    }
}
