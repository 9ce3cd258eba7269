package inkhorn.cli.inspect;

import inkhorn.cli.context.Context;
import inkhorn.cli.launch.MpiEnvironment;
import inkhorn.cli.machine.Advice;
import inkhorn.cli.machine.DoctorReport;
import inkhorn.cli.machine.MachineFacts;
import inkhorn.cli.options.Arguments;
import inkhorn.cli.options.EngineOptions;
import inkhorn.cli.options.Mpi;
import inkhorn.config.ConfigLoader;
import inkhorn.config.RunConfig;
import inkhorn.config.UserError;
import inkhorn.data.DataException;
import inkhorn.mpi.MpiRanks;
import inkhorn.train.InitialWeights;
import inkhorn.train.TrainingMemory;
import java.time.Duration;
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

    private static final Duration TIMEOUT = Duration.ofMinutes(5);

    private final Context context;

    @Parameters(index = "0", arity = "0..1", paramLabel = "CONFIG",
            description = "See whether the heap is large enough to train this.")
    private String config;

    @Option(names = "--json", description = "One JSON object, for programs.")
    private boolean json;

    @Option(names = "--mpi", description = "Measure the link between the processes of mpirun or srun instead, and say"
            + " what CONFIG would gain from several.")
    private boolean mpi;

    @Mixin
    private EngineOptions engine;

    public DoctorCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        RunConfig toTrain = config == null ? null : ConfigLoader.load(Arguments.path("CONFIG", config),
                mpi ? Map.of("train.grad_accum", "1") : Map.of(), InitialWeights::inherited, note -> { });
        engine.start();
        if (mpi) {
            measureLink(toTrain);
            return 0;
        }
        MachineFacts machine = context.examination().of(engine.threads(), engine.isScalar());
        MachineFacts.TrainingNeed training = toTrain == null ? null : training(toTrain);
        List<String> advice = Advice.of(machine, training);
        context.out().print(json ? DoctorReport.json(machine, training, advice)
                : DoctorReport.text(machine, training, advice));
        context.out().flush();
        return 0;
    }

    private void measureLink(RunConfig toTrain) {
        if (!new MpiEnvironment(System.getenv()).isLaunched()) {
            throw new UserError("doctor --mpi: found one process, there is no link to measure; start several with"
                    + " mpirun -np 2 java -jar train.jar doctor --mpi, on hosts as --host names them");
        }
        // A process that fails does not wait for the others at the end: its launcher ends them.
        MpiRanks ranks = Mpi.join(TIMEOUT);
        if (ranks.size() == 1) {
            throw new UserError("doctor --mpi: found one process, there is no link to measure; start at least two");
        }
        String report = LinkReport.of(ranks, ranks.libraryVersion(), toTrain,
                toTrain == null ? 0 : vocabulary(toTrain), json);
        if (ranks.rank() == 0) {
            context.out().print(report);
            context.out().flush();
        }
        ranks.close();
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
