package inkhorn.bench.step;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Whether both sides compute the same: without dropout, from the same weights and batches, the losses of the first steps agree.
 *
 * @param engine what was compared with Inkhorn
 * @param ours Inkhorn's losses
 * @param theirs the other's
 */
record LossCheck(String engine, double[] ours, double[] theirs) {

    static final double BOUND = 1e-4;
    private static final int STEPS = 3;

    static LossCheck of(Engine torch, StepOptions options, String model) {
        Path weights = options.home().resolve("weights-" + ProcessHandle.current().pid() + ".safetensors");
        try (WorkerProcess ours = new WorkerProcess(Engine.INKHORN, options, model, false);
                WorkerProcess theirs = new WorkerProcess(torch, options, model, false)) {
            ours.ask("save " + weights);
            theirs.ask("load " + weights);
            return new LossCheck(torch.label(), ours.steps(STEPS).losses(), theirs.steps(STEPS).losses());
        } finally {
            delete(weights);
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            // It lies in the build's directory, which mvn clean empties.
            return;
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
        return worstDifference() <= BOUND;
    }
}
