package inkhorn.cli;

import inkhorn.cli.context.Context;
import inkhorn.cli.launch.MpiEnvironment;
import inkhorn.cli.options.DataParallelOptions;
import inkhorn.cli.options.Mpi;
import inkhorn.config.TrainConfig;
import inkhorn.config.UserError;
import inkhorn.mpi.MpiRanks;
import inkhorn.optim.BatchSchedule;
import inkhorn.train.TrainException;
import inkhorn.train.parallel.AgreedError;
import inkhorn.train.parallel.Alone;
import inkhorn.train.parallel.Collectives;
import inkhorn.train.parallel.RankException;
import inkhorn.train.parallel.Ranks;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The processes of a training, for its command. Rank 0 prints, writes and saves; the other ranks compute, and print
 * only errors.
 */
final class Team implements AutoCloseable {
    /** The others are silent so long: mostly rank 0 fails of the same, says so and ends them. */
    private static final long SILENCE_MS = 1500;

    private final Ranks ranks;
    private final Context context;
    private final String library;

    private Team(Ranks ranks, Context context, String library) {
        this.ranks = ranks;
        this.context = ranks.rank() == 0 ? context : silent(context);
        this.library = library;
    }

    /**
     * All processes that MPI has started, where they are to train together; else this one.
     *
     * @throws UserError where there is no MPI
     */
    static Team join(DataParallelOptions options, Context context) {
        MpiEnvironment mpi = new MpiEnvironment(System.getenv());
        if (!options.isGiven() && mpi.size() > 1) {
            throw new UserError("found " + mpi.size() + " processes started by MPI without --data-parallel, which would"
                    + " train the same run in each other's way; add --data-parallel, or start one process");
        }
        if (!options.isGiven() || !mpi.isLaunched()) {
            return new Team(new Alone(), context, "not started by mpirun or srun");
        }
        MpiRanks ranks = Mpi.join(options.timeout());
        return new Team(ranks, context, ranks.libraryVersion());
    }

    private static Context silent(Context context) {
        return new Context(context.in(), OutputStream.nullOutputStream(),
                new PrintStream(OutputStream.nullOutputStream()), context.err(), context.dataSets(), context.signals(),
                context.peaks(), context.examination(), context.children());
    }

    Ranks ranks() {
        return ranks;
    }

    boolean isAlone() {
        return ranks.size() == 1;
    }

    /** Whether this process prints, writes and saves. */
    boolean leads() {
        return ranks.rank() == 0;
    }

    /** Of which the output goes nowhere unless this process leads. */
    Context context() {
        return context;
    }

    /** For the banner: how many processes on which machines, through which library. */
    String describe() {
        if (isAlone()) {
            return "1 process, " + library + "; several share a step: mpirun -np N java -jar train.jar …";
        }
        Map<String, Long> hosts = IntStream.range(0, ranks.size()).mapToObj(ranks::host)
                .collect(Collectors.groupingBy(host -> host, LinkedHashMap::new, Collectors.counting()));
        return ranks.size() + " processes on " + hosts.entrySet().stream()
                .map(host -> host.getKey() + (hosts.size() == 1 ? "" : " (" + host.getValue() + ")"))
                .collect(Collectors.joining(", ")) + ", " + library;
    }

    /** Refuses a number of processes that cannot share the batches of a step evenly. */
    void requireEvenShares(TrainConfig train) {
        for (BatchSchedule.Stage stage : train.batchSchedule().stages()) {
            if (stage.batches() % ranks.size() != 0) {
                int all = stage.batches();
                String counts = IntStream.rangeClosed(1, all).filter(count -> all % count == 0)
                        .mapToObj(String::valueOf).collect(Collectors.joining(", "));
                throw new AgreedError(List.of("--data-parallel: " + ranks.size() + " processes cannot share the " + all
                        + (all == 1 ? " batch" : " batches") + " of a step"
                        + (stage.firstStep() > 0 || train.batchWarmupIters() > 0 ? " from step " + stage.firstStep()
                        + " on" : "") + " evenly, " + counts + " can; choose such a number of processes, or another"
                        + " train.grad_accum (with a smaller train.batch_size a step is as large as before)"));
            }
        }
    }

    /** Does some work in rank 0 first, so that the others find the files that it leaves. */
    <T> T leaderFirst(String what, Supplier<T> work) {
        if (isAlone()) {
            return work.get();
        }
        Collectives collectives = new Collectives(ranks);
        if (leads()) {
            T result = work.get();
            collectives.meet(what);
            return result;
        }
        collectives.meet(what);
        return work.get();
    }

    /**
     * Ends all processes for what this one has thrown.
     *
     * @return the exit code, where all processes fail of the same and end by themselves
     */
    int fail(Throwable thrown) {
        Failure failure = Failure.of(thrown);
        if (thrown instanceof TrainException || thrown instanceof AgreedError) {
            // All processes know of it at the same point, and rank 0 says it.
            if (leads()) {
                print(failure, "error: ");
            }
            return failure.exitCode();
        }
        if (!leads()) {
            try {
                Thread.sleep(SILENCE_MS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        print(failure, leads() ? "error: " : "error: rank " + ranks.rank() + " (" + ranks.host(ranks.rank()) + "): ");
        ranks.abort(failure.exitCode());
        return failure.exitCode();
    }

    private void print(Failure failure, String prefix) {
        failure.lines().forEach(line -> context.err().println(prefix + line));
        context.err().flush();
    }

    @Override
    public void close() {
        try {
            ranks.close();
        } catch (RankException e) {
            fail(e);
        }
    }
}
