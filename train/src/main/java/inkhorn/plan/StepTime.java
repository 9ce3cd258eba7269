package inkhorn.plan;

import inkhorn.autograd.IntTensor;
import inkhorn.autograd.NoGrad;
import inkhorn.autograd.Rng;
import inkhorn.autograd.Scope;
import inkhorn.autograd.kernel.KernelProvider;
import inkhorn.autograd.kernel.Kernels;
import inkhorn.config.RunConfig;
import inkhorn.data.Batch;
import inkhorn.nn.Gpt;
import inkhorn.nn.KeyValueCache;
import inkhorn.nn.LanguageModel;
import inkhorn.optim.Optimizer;
import inkhorn.train.Models;
import inkhorn.train.TrainStep;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * The time of the parts of a training on this machine. The kernels are measured by a {@link KernelTimer}, at the sizes
 * at which a step calls them; the time that Java needs between them is measured on shapes alone.
 *
 * @param step       seconds of a step
 * @param evalBatch  seconds of a batch of an evaluation
 * @param sampled    seconds of a token of a sample
 * @param flops      of a step, as {@link inkhorn.autograd.kernel.CountingKernels} counts them
 * @param kinds      kernel calls of a step that differ
 * @param passes     how many times a step's calls were measured
 * @param measuring  seconds that measuring took
 */
public record StepTime(double step, double evalBatch, double sampled, double flops, int kinds, int passes,
                       double measuring) {

    /** What may be measured in all; a pass that is begun ends, but measures nothing again. */
    private static final double MOST_SECONDS = 20;
    private static final double MOST_SECONDS_OF_STEPS = 12;
    private static final double MOST_SECONDS_OF_THE_REST = 3;
    private static final int LEAST_PASSES = 3;
    private static final int MOST_PASSES = 200;

    /** A step's calls are all carried out where so many passes fit. */
    private static final int PASSES_OF_ALL = 6;

    /** In smaller parts, so that a batch whose kernels take minutes is measured in seconds. */
    private static final double MOST_FLOPS_OF_A_BLOCK = 4e11;

    /** Of the heap, for the arrays of the kernels. */
    private static final double SHARE_OF_HEAP = 0.6;

    private static final int OVERHEAD_STEPS = 30;
    private static final double OVERHEAD_SECONDS = 1;

    /**
     * Measures with the kernels that are chosen, which the compiler should have come by.
     *
     * @param vocabSize tokens
     */
    public static StepTime of(RunConfig config, int vocabSize) {
        Kernels real = KernelProvider.kernels();
        long begun = System.nanoTime();
        try (Scope shapes = Scope.openOnShapes()) {
            return new Measuring(config, vocabSize, shapes, real, begun).all();
        }
    }

    /** Floating-point operations a second. */
    public double flopsPerSecond() {
        return flops / step;
    }

    /** Tokens drawn at random. */
    static Batch batch(int sequences, int time, int vocabSize) {
        SplittableRandom draws = new SplittableRandom(0);
        int[] ids = draws.ints((long) sequences * time, 0, vocabSize).toArray();
        return new Batch(ids, ids, sequences, time);
    }

    /** On shapes alone. */
    private static final class Measuring {
        private final long begun;
        private final Scope shapes;
        private final Kernels counting = KernelProvider.kernels();
        private final KernelTimer timer;
        private final LanguageModel model;
        private final TrainStep training;
        private final Batch[] microBatches;
        private final Batch evaluated;
        private int passes;

        Measuring(RunConfig config, int vocabSize, Scope shapes, Kernels real, long begun) {
            this.begun = begun;
            this.shapes = shapes;
            Runtime heap = Runtime.getRuntime();
            long free = heap.maxMemory() - heap.totalMemory() + heap.freeMemory();
            timer = new KernelTimer(shapes, counting, real, (long) (SHARE_OF_HEAP * free));
            model = Models.trainable(config.model().create(vocabSize, new Rng(0)), config);
            Optimizer optimizer = Models.optimizer(model, config.optim());
            training = new TrainStep(model, optimizer, step -> 1e-3, config.optim().gradClip(), 0,
                    config.train().activationCheckpointing());
            int time = model.blockSize();
            int sequences = config.train().batchSize();
            evaluated = batch(sequences, time, vocabSize);
            double flopsOfABlock = model.flopsPerToken() * time / config.model().gpt().nLayer();
            int together = (int) Math.max(1, Math.min(sequences, MOST_FLOPS_OF_A_BLOCK / flopsOfABlock));
            int parts = (sequences + together - 1) / together * config.train().gradAccum();
            Batch part = together == sequences ? evaluated : batch(together, time, vocabSize);
            microBatches = IntStream.range(0, parts).mapToObj(i -> part).toArray(Batch[]::new);
        }

        StepTime all() {
            step();
            step();
            long before = shapes.flops();
            step();
            double flops = shapes.flops() - before;
            double java = overhead(this::step, OVERHEAD_STEPS);
            double step = java + measured(this::step, MOST_SECONDS_OF_STEPS);
            int kinds = timer.kinds();
            int passesOfSteps = passes;
            // A second without gradients computes as much as a third of a step.
            double evaluation = overhead(this::evaluation, OVERHEAD_STEPS)
                    + measured(this::evaluation, MOST_SECONDS_OF_THE_REST);
            double sampled = model instanceof Gpt gpt ? sampled(gpt) : evaluation / evaluated.batchSize();
            return new StepTime(step, evaluation, sampled, flops, kinds, passesOfSteps, since(begun));
        }

        private void step() {
            training.run(0, microBatches);
        }

        private void evaluation() {
            try (NoGrad off = NoGrad.open(); Scope scope = Scope.open()) {
                int[] dims = {evaluated.batchSize(), evaluated.blockSize()};
                model.losses(IntTensor.of(evaluated.inputs(), dims), IntTensor.of(evaluated.targets(), dims));
            }
        }

        /** A token with half a context before it, and its share of the windows that are computed anew. */
        private double sampled(Gpt gpt) {
            int half = (gpt.blockSize() + 1) / 2;
            KeyValueCache cache = new KeyValueCache(gpt.gptConfig());
            Runnable window = () -> {
                cache.clear();
                continueText(gpt, cache, half);
            };
            Runnable token = () -> continueText(gpt, cache, 1);
            double ofWindow = measured(window, MOST_SECONDS_OF_THE_REST / 2);
            window.run();
            if (half == gpt.blockSize()) {
                return ofWindow;
            }
            double ofToken = measured(() -> {
                window.run();
                timer.begin(1, Long.MAX_VALUE);
                token.run();
            }, MOST_SECONDS_OF_THE_REST / 2) + overhead(window, OVERHEAD_STEPS);
            return ofToken + ofWindow / half;
        }

        private static void continueText(Gpt gpt, KeyValueCache cache, int tokens) {
            try (Scope scope = Scope.open()) {
                gpt.logitsAfter(IntTensor.of(new int[tokens], 1, tokens), cache);
            }
        }

        /** What is left on shapes alone is what Java does between the kernels. */
        private double overhead(Runnable work, int most) {
            double least = Double.POSITIVE_INFINITY;
            long start = System.nanoTime();
            for (int i = 0; i < most && since(start) < OVERHEAD_SECONDS; i++) {
                long one = System.nanoTime();
                work.run();
                least = Math.min(least, since(one));
            }
            return least;
        }

        /**
         * The median of the later half of the passes through this work of what its kernels take: in the earlier half
         * the compiler may still be at work.
         */
        private double measured(Runnable work, double most) {
            try (KernelProvider.OnThisThread own = KernelProvider.using(timer.proxy())) {
                long start = System.nanoTime();
                long deadline = Math.min(begun + (long) (MOST_SECONDS * 1e9), start + (long) (most * 1e9));
                timer.begin(1, deadline);
                work.run();
                double all = timer.seconds();
                double oneEach = timer.secondsOfOneEach();
                int runs = all * PASSES_OF_ALL <= most ? Integer.MAX_VALUE
                        : (int) Math.max(1, most / PASSES_OF_ALL / oneEach);
                double[] seconds = new double[MOST_PASSES];
                passes = 0;
                while (passes < LEAST_PASSES || passes < MOST_PASSES && System.nanoTime() < deadline) {
                    timer.begin(runs, deadline);
                    work.run();
                    seconds[passes++] = timer.seconds();
                }
                double[] later = Arrays.copyOfRange(seconds, passes / 2, passes);
                Arrays.sort(later);
                return later[later.length / 2];
            }
        }

        private static double since(long start) {
            return (System.nanoTime() - start) * 1e-9;
        }
    }
}
