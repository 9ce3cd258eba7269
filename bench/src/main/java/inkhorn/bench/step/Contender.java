package inkhorn.bench.step;

import inkhorn.bench.Statistics;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** An engine that takes part: its process, how many steps make a turn, and what its turns gave. */
final class Contender implements SettingSearch.Racer {
    private static final int MOST_STEPS = 50;
    /** Shorter steps feel that the other process had the caches: the first of a turn does not count. */
    private static final double SHORT_MS = 200;
    /** Long enough for the threads of the one before to go to sleep. */
    private static final long PAUSE_MS = 30;

    private final WorkerProcess worker;
    private final List<Double> turns = new ArrayList<>();
    private final int warmupSteps;
    private final double stepMs;
    private final int steps;
    private final int unmeasured;

    /** Starts and warms up. */
    Contender(Engine engine, StepOptions options, String model) {
        worker = new WorkerProcess(engine, options, model, true);
        List<Double> warmup = warmUp(options.warmup());
        warmupSteps = warmup.size();
        stepMs = warmup.get(warmup.size() - 1);
        steps = (int) Math.max(1, Math.min(MOST_STEPS, Math.round(options.turnSeconds() * 1e3 / stepMs)));
        unmeasured = stepMs < SHORT_MS ? 1 : 0;
    }

    private List<Double> warmUp(StepOptions.Warmup limit) {
        List<Double> ms = new ArrayList<>();
        long start = System.nanoTime();
        while (ms.size() < limit.steps() || (System.nanoTime() - start) * 1e-9 < limit.seconds()) {
            ms.add(worker.steps(1).ms()[0]);
        }
        return ms;
    }

    /** Runs a turn; returns the median of its steps, in milliseconds. */
    @Override
    public double turn() {
        pause();
        double[] ms = worker.steps(unmeasured + steps).ms();
        double median = Statistics.median(Arrays.copyOfRange(ms, unmeasured, ms.length));
        turns.add(median);
        return median;
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    WorkerProcess worker() {
        return worker;
    }

    Engine engine() {
        return worker.engine();
    }

    /** The median of each turn, in milliseconds. */
    double[] turns() {
        return turns.stream().mapToDouble(Double::doubleValue).toArray();
    }

    int stepsOfTurn() {
        return steps;
    }

    int warmupSteps() {
        return warmupSteps;
    }

    /** What a turn takes, as far as the warm-up tells. */
    double secondsOfTurn() {
        return (unmeasured + steps) * stepMs * 1e-3;
    }

    @Override
    public void close() {
        worker.close();
    }
}
