package inkhorn.plan;

import inkhorn.autograd.Rng;
import inkhorn.autograd.Scope;
import inkhorn.config.RunConfig;
import inkhorn.data.Batch;
import inkhorn.nn.LanguageModel;
import inkhorn.train.Models;
import inkhorn.train.TrainStep;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Steps of a training on random tokens. They need the same memory as the training, and take the same time as its steps
 * while other processes compute on the same machine. In contrast, {@link StepTime} adds the times of kernels, which
 * needs hardly any memory but does not include the waiting time between them.
 */
public final class TimedSteps {
    private static final double SECONDS = 8;

    /** The compiler is at work in the first ones. */
    private static final int LEAST_STEPS = 4;

    private TimedSteps() {
    }

    /**
     * The median of the later half of the steps, in seconds.
     *
     * @param vocabSize tokens
     */
    public static double median(RunConfig config, int vocabSize) {
        LanguageModel model = Models.trainable(config.model().create(vocabSize, new Rng(0)), config);
        TrainStep training = new TrainStep(model, Models.optimizer(model, config.optim()), step -> 1e-3,
                config.optim().gradClip(), 0, config.train().activationCheckpointing());
        Batch[] batches = new Batch[config.train().gradAccum()];
        for (int i = 0; i < batches.length; i++) {
            batches[i] = StepTime.batch(config.train().batchSize(), model.blockSize(), vocabSize);
        }
        List<Double> steps = new ArrayList<>();
        long begun = System.nanoTime();
        try (Scope scope = Scope.open()) {
            while (steps.size() < LEAST_STEPS || since(begun) < SECONDS) {
                long one = System.nanoTime();
                training.run(steps.size(), batches);
                steps.add(since(one));
            }
        }
        List<Double> later = new ArrayList<>(steps.subList(steps.size() / 2, steps.size()));
        later.sort(Comparator.naturalOrder());
        return later.get(later.size() / 2);
    }

    private static double since(long start) {
        return (System.nanoTime() - start) * 1e-9;
    }
}
