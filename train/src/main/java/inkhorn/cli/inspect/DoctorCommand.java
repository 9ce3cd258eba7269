package inkhorn.cli.inspect;

import inkhorn.cli.context.Context;
import inkhorn.cli.machine.Advice;
import inkhorn.cli.machine.DoctorReport;
import inkhorn.cli.machine.MachineFacts;
import inkhorn.cli.options.Arguments;
import inkhorn.cli.options.EngineOptions;
import inkhorn.config.ConfigLoader;
import inkhorn.config.RunConfig;
import inkhorn.data.DataException;
import inkhorn.train.InitialWeights;
import inkhorn.train.TrainingMemory;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code doctor}: what training has to work with on this machine, and what to change; always succeeds, whatever there
 * is to change.
 */
@Command(name = "doctor", sortOptions = false,
        description = "Show the Java, kernels, speed and memory that training has on this machine, and how to improve"
                + " them.")
public final class DoctorCommand implements Callable<Integer> {

    /** Characters of a text whose vocabulary is not known yet. What they take is little beside the layers. */
    private static final int ASSUMED_CHARACTERS = 128;

    private final Context context;

    @Parameters(index = "0", arity = "0..1", paramLabel = "CONFIG",
            description = "See whether the heap is large enough to train this.")
    private String config;

    @Option(names = "--json", description = "One JSON object, for programs.")
    private boolean json;

    @Mixin
    private EngineOptions engine;

    public DoctorCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        RunConfig toTrain = config == null ? null : ConfigLoader.load(Arguments.path("CONFIG", config), Map.of(),
                InitialWeights::inherited, note -> { });
        engine.start();
        MachineFacts machine = context.examination().of(engine.threads(), engine.isScalar());
        MachineFacts.TrainingNeed training = toTrain == null ? null : training(toTrain);
        List<String> advice = Advice.of(machine, training);
        context.out().print(json ? DoctorReport.json(machine, training, advice)
                : DoctorReport.text(machine, training, advice));
        context.out().flush();
        return 0;
    }

    private MachineFacts.TrainingNeed training(RunConfig config) {
        long bytes = TrainingMemory.of(config, vocabulary(config)).total();
        return new MachineFacts.TrainingNeed(config.run().name(), bytes >> 20);
    }

    private int vocabulary(RunConfig config) {
        try {
            return Vocabulary.of(config.data(), context.dataSets()).size();
        } catch (DataException e) {
            return ASSUMED_CHARACTERS;
        }
    }
}
