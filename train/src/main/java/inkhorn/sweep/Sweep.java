package inkhorn.sweep;

import com.fasterxml.jackson.databind.node.ObjectNode;
import inkhorn.checkpoint.CheckpointException;
import inkhorn.checkpoint.RunLock;
import inkhorn.data.files.AtomicFiles;
import inkhorn.sweep.SweepEntry.State;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Trains the runs of a sweep, each in a process of its own, so that one that fails costs no other. All that is known
 * is on disk at any time: the same sweep, begun again, goes on where this one ended.
 */
public final class Sweep {

    private static final long POLL_MS = 100;
    /** How long the signal that stopped a run may take to reach this process. */
    private static final long SIGNAL_MS = 1000;
    private static final int KILLED = 128 + 9;
    private static final int BY_SIGNAL = 128;
    private static final String ERROR = "error: ";

    private final SweepSpec spec;
    private final List<SweepRun> runs;
    private final int parallel;
    private final Trainings trainings;
    private final BooleanSupplier stopRequested;
    private final Consumer<SweepEntry> listener;
    private SweepLog log;

    /** Starts processes. */
    @FunctionalInterface
    public interface Trainings {

        /**
         * Starts a training, or goes on with it.
         *
         * @param config a file that holds all of its keys
         * @param stopAt the step at which it saves a checkpoint and ends
         * @param output takes what the process writes
         */
        Process start(Path config, long stopAt, Path output) throws IOException;
    }

    /**
     * A sweep, before it begins.
     *
     * @param parallel      trainings side by side
     * @param stopRequested asked all the time; when it says yes, the trainings are told to save and end
     * @param listener      hears of each run whose process has ended or that goes no further
     */
    public Sweep(SweepSpec spec, List<SweepRun> runs, int parallel, Trainings trainings, BooleanSupplier stopRequested,
            Consumer<SweepEntry> listener) {
        this.spec = spec;
        this.runs = runs;
        this.parallel = parallel;
        this.trainings = trainings;
        this.stopRequested = stopRequested;
        this.listener = listener;
        log = SweepLog.open(spec, runs);
    }

    /** Where the runs stand: best first. */
    public List<SweepEntry> ranked() {
        return log.ranked();
    }

    /** What {@code sweep.json} holds. */
    public ObjectNode json() {
        return log.json();
    }

    /**
     * Trains whatever is to be trained.
     *
     * @param retry whether runs that failed or were stopped by themselves go on too
     * @return whether all is done
     * @throws CheckpointException when the directory cannot be written or another process works in it
     */
    public boolean run(boolean retry) {
        try (RunLock lock = RunLock.acquire(spec.out())) {
            log = SweepLog.open(spec, runs);        // another process may have gone on since
            if (retry) {
                runs.stream().map(run -> log.entry(run.name())).filter(Sweep::isLost)
                        .forEach(entry -> log.put(entry.in(State.PAUSED, "")));
            }
            List<SweepRun> left = new ArrayList<>(runs);
            for (Halving.Rung rung : SweepRun.rungs(spec, runs)) {
                while (left.size() > rung.runs()) {
                    drop(left);
                }
                if (!train(left, rung.step())) {
                    return false;
                }
            }
            return true;
        }
    }

    /** Ends the worst of these runs. */
    private void drop(List<SweepRun> left) {
        SweepRun worst = left.get(0);
        for (SweepRun run : left) {
            // Of equal ones the last, so that the choice is the same whenever it is made.
            worst = rank(run) >= rank(worst) ? run : worst;
        }
        left.remove(worst);
        SweepEntry entry = log.entry(worst.name());
        if (entry.state() == State.PAUSED) {
            listener.accept(log.put(entry.in(State.DROPPED, "")));
        }
    }

    private double rank(SweepRun run) {
        SweepEntry entry = log.entry(run.name());
        double loss = entry.loss(spec.objective());
        return isLost(entry) || Double.isNaN(loss) ? Double.POSITIVE_INFINITY : loss;
    }

    private static boolean isLost(SweepEntry entry) {
        return entry.state() == State.FAILED || entry.state() == State.STOPPED;
    }

    /** Trains these runs up to a step; returns whether all of them are there, or will never be. */
    private boolean train(List<SweepRun> some, long upTo) {
        ExecutorService threads = Executors.newFixedThreadPool(parallel);
        List<Future<?>> futures = new ArrayList<>();
        try {
            for (SweepRun run : some) {
                futures.add(threads.submit(() -> train(run, Math.min(upTo, run.maxIters()))));
            }
            for (Future<?> future : futures) {
                future.get();
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            threads.shutdownNow();
        }
        return !stopRequested.getAsBoolean();
    }

    private void train(SweepRun run, long upTo) {
        SweepEntry entry = log.entry(run.name());
        if (stopRequested.getAsBoolean() || isLost(entry) || entry.state() == State.FINISHED
                || entry.step() >= upTo) {
            return;
        }
        log.put(entry.in(State.RUNNING, ""));
        Path output = spec.out().resolve(run.name() + ".log");
        Path config = spec.out().resolve(run.name() + ".yaml");
        SweepEntry ended;
        try {
            AtomicFiles.write(config, run.config().toYaml().getBytes(StandardCharsets.UTF_8));
            int code = await(trainings.start(config, upTo, output));
            ended = ended(log.entry(run.name()), run, upTo, code, output);
        } catch (IOException e) {
            ended = entry.in(State.FAILED, "could not be started: " + AtomicFiles.reason(e));
        }
        listener.accept(log.put(ended));
    }

    private SweepEntry ended(SweepEntry entry, SweepRun run, long upTo, int code, Path output) {
        SweepEntry measured = entry.measuredOr(run.directory(), upTo);
        if (code == 0) {
            boolean isWhole = upTo >= run.maxIters() || measured.step() < upTo;
            return measured.in(isWhole ? State.FINISHED : State.PAUSED, "");
        }
        // Its steps are saved, but not those that sweep.json counts on.
        SweepEntry unfinished = measured.at(entry.step());
        if (stopRequested.getAsBoolean()) {
            return unfinished.in(State.PAUSED, "");
        }
        return code == KILLED ? unfinished.in(State.FAILED, "killed (signal 9), often for want of memory")
                : code > BY_SIGNAL ? unfinished.in(State.STOPPED, "stopped by signal " + (code - BY_SIGNAL))
                : unfinished.in(State.FAILED, reason(output, code));
    }

    private int await(Process process) {
        boolean told = false;
        try {
            while (!process.waitFor(POLL_MS, TimeUnit.MILLISECONDS)) {
                if (stopRequested.getAsBoolean() && !told) {
                    process.destroy();
                    told = true;
                }
            }
            // Ctrl-C reaches the training as soon as it reaches this process.
            for (long waited = 0; process.exitValue() > BY_SIGNAL && !stopRequested.getAsBoolean()
                    && waited < SIGNAL_MS; waited += POLL_MS) {
                Thread.sleep(POLL_MS);
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
            return BY_SIGNAL + 15;
        }
    }

    /** The last error that a process wrote. */
    private static String reason(Path output, int code) {
        String found = "exit code " + code;
        try {
            for (String line : Files.readString(output, StandardCharsets.UTF_8).split("\\R")) {
                found = line.startsWith(ERROR) ? line.substring(ERROR.length()) : found;
            }
        } catch (IOException e) {
            return found;
        }
        return found;
    }
}
