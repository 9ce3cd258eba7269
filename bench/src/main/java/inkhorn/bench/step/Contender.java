package inkhorn.bench.step;

import inkhorn.bench.Statistics;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** An engine that takes part: its process, how many steps make a turn, and what its turns gave. */
final class Contender implements AutoCloseable {

    private static final int WARMUP_STEPS = 3;
    private static final int MOST_STEPS = 50;
    /** Shorter steps feel that the other process had the caches: the first of a turn does not count. */
    private static final double SHORT_MS = 200;
    /** Long enough for the threads of the one before to go to sleep. */
    private static final long PAUSE_MS = 30;

    private final WorkerProcess worker;
    private final List<Double> turns = new ArrayList<>();
    private final int steps;
    private final int unmeasured;

    /** Starts and warms up. */
    Contender(Engine engine, StepOptions options, String model) {
        worker = new WorkerProcess(engine, options, model, true);
        double stepMs = warmUp(engine.build().isTorch() ? options.warmupSeconds() / 3 : options.warmupSeconds());
        steps = (int) Math.max(1, Math.min(MOST_STEPS, Math.round(options.turnSeconds() * 1e3 / stepMs)));
        unmeasured = stepMs < SHORT_MS ? 1 : 0;
    }

    private double warmUp(double seconds) {
        long start = System.nanoTime();
        double last = 0;
        for (int i = 0; i < WARMUP_STEPS || (System.nanoTime() - start) * 1e-9 < seconds; i++) {
            last = worker.steps(1).ms()[0];
        }
        return last;
    }

    /** Runs a turn; returns the median of its steps, in milliseconds. */
    double turn() {
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

    void forgetTurns() {
        turns.clear();
    }

    int stepsOfTurn() {
        return steps;
    }

    @Override
    public void close() {
        worker.close();
    }
}
