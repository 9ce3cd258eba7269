package inkhorn.bench.step;

import java.nio.file.Path;
import java.util.Arrays;

/**
 * Whether both sides compute the same: without dropout, from the same weights and batches, the losses of the first
 * steps agree. Those after the first also depend on the update.
 *
 * @param engine what was compared with Inkhorn
 * @param ours Inkhorn's losses
 * @param theirs the other's
 * @param bound largest difference allowed
 */
record LossCheck(String engine, double[] ours, double[] theirs, double bound) {
    static final double BOUND = 1e-4;
    /** Inkhorn computes in float32 here too, and bfloat16 keeps two to three digits. */
    static final double BFLOAT16_BOUND = 1e-2;

    private static final int LEAST_STEPS = 2;
    private static final int MOST_STEPS = 3;
    private static final double SECONDS = 10;

    static LossCheck of(Engine torch, StepOptions options, String model, double bound) {
        Path weights = options.home().resolve("weights-" + ProcessHandle.current().pid() + ".safetensors");
        try (WorkerProcess ours = new WorkerProcess(Engine.INKHORN, options, model, false);
                WorkerProcess theirs = new WorkerProcess(torch, options, model, false)) {
            ours.ask("save " + weights);
            theirs.ask("load " + weights);
            double[] losses = new double[MOST_STEPS];
            double[] others = new double[MOST_STEPS];
            long begin = System.nanoTime();
            int steps = 0;
            while (steps < MOST_STEPS && (steps < LEAST_STEPS || (System.nanoTime() - begin) * 1e-9 < SECONDS)) {
                losses[steps] = ours.steps(1).losses()[0];
                others[steps] = theirs.steps(1).losses()[0];
                steps++;
            }
            return new LossCheck(torch.label(), Arrays.copyOf(losses, steps), Arrays.copyOf(others, steps), bound);
        } finally {
            weights.toFile().delete();     // if it stays, mvn clean empties its directory
        }
    }

    double worstDifference() {
        double worst = 0;
        for (int i = 0; i < ours.length; i++) {
            worst = Math.max(worst, Math.abs(ours[i] - theirs[i]));
        }
        return worst;
    }

    boolean agrees() {
        return worstDifference() <= bound;
    }
}
