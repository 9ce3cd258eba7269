package inkhorn.train;

import inkhorn.autograd.Scope;
import inkhorn.autograd.kernel.Epilogue;
import inkhorn.autograd.kernel.KernelProvider;
import inkhorn.autograd.kernel.Kernels;
import inkhorn.config.ModelConfig;
import inkhorn.data.Batch;
import inkhorn.nn.LanguageModel;
import inkhorn.optim.AdamW;

/**
 * Makes the JVM compile the arithmetic while the data are still being read. A separate thread trains a small model of
 * the same kind until it is told to stop, or until it has made enough steps or run for enough seconds for the code to
 * be compiled. In code that is not compiled, a vector is an object and each operation on it is a loop of calls. So the
 * first step is finished sooner if few values are computed before the code is compiled.
 *
 * <p>The warm-up does not affect the run: random numbers are functions of their seed, and the small model is discarded.
 */
public final class WarmUp implements AutoCloseable {

    /**
     * Times BLOCK, rows in all: more than the kernels for few rows take, and no whole number of
     * {@code Tile.TALL}'s; {@code WIDE} is left to the first large step.
     */
    private static final int BATCH = 10;
    private static final int BLOCK = 8;
    private static final int VOCABULARY = 65;
    private static final int MOST_CHANNELS_OF_A_HEAD = 64;

    private static final int ROWS = 12;
    private static final int COLUMNS = 32;
    private static final int DEPTH = 8;
    private static final int PRODUCTS = 150;
    private static final int PER_TRANSPOSED = 8;

    /** A step of compiled code takes a few milliseconds, one of code that is not some hundred. */
    private static final long WARM_NANOS = 50_000_000;
    private static final int MOST_STEPS_AFTER = 20;

    /**
     * In all: a data set of gigabytes is read for minutes, in which the thread would take a core from those who
     * tokenize.
     */
    private static final int MOST_STEPS = 400;
    private static final long MOST_NANOS = 10_000_000_000L;

    private final ModelConfig config;
    private final Thread thread = new Thread(this::run, "inkhorn-warm-up");
    private volatile boolean stopped;
    private volatile boolean awaited;

    private final int mostSteps;

    private WarmUp(ModelConfig like, int mostSteps) {
        this.mostSteps = mostSteps;
        int channels = Math.min(MOST_CHANNELS_OF_A_HEAD, like.gpt().headSize());
        config = new ModelConfig(like.type(),
                like.gpt().withNLayer(1).withNKvHead(0).withNHead(1).withNEmbd(channels).withBlockSize(BLOCK), null);
    }

    /** Begins. */
    public static WarmUp start(ModelConfig like) {
        return start(like, MOST_STEPS);
    }

    static WarmUp start(ModelConfig like, int mostSteps) {
        WarmUp warmUp = new WarmUp(like, mostSteps);
        warmUp.thread.setDaemon(true);
        warmUp.thread.start();
        return warmUp;
    }

    /**
     * The matrix product's inner loops, which a first step waits for longest: many calls, each of one tile and little
     * depth.
     */
    private void products() {
        int rows = BATCH * BLOCK;
        float[] a = new float[rows * DEPTH];
        float[] c = new float[rows * COLUMNS];
        Kernels kernels = KernelProvider.kernels();
        for (int i = 0; i < PRODUCTS && !stopped; i++) {
            kernels.gemm(false, false, ROWS, COLUMNS, DEPTH, a, 0, a, 0, c, 0, false, Epilogue.NONE);
            kernels.gemm(true, false, ROWS, COLUMNS, DEPTH, a, 0, a, 0, c, 0, true, Epilogue.NONE);
            if (i % PER_TRANSPOSED == 0) {
                kernels.gemm(false, true, rows, COLUMNS, DEPTH, a, 0, a, 0, c, 0, true, Epilogue.NONE);
            }
        }
    }

    private void run() {
        products();
        LanguageModel model = Models.create(config, VOCABULARY, 0);
        TrainStep training = new TrainStep(model, new AdamW(model.namedParameters()), step -> 1e-3, 1, 0);
        int[] ids = new int[BATCH * BLOCK];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = i % VOCABULARY;
        }
        Batch batch = new Batch(ids, ids, BATCH, BLOCK);
        try (Scope scope = Scope.open()) {
            int left = MOST_STEPS_AFTER;
            long begun = System.nanoTime();
            for (long step = 0; !stopped && left > 0 && step < mostSteps; step++) {
                long start = System.nanoTime();
                if (start - begun > MOST_NANOS && !awaited) {
                    return;
                }
                training.run(step, batch);
                if (awaited) {
                    boolean isWarm = System.nanoTime() - start < WARM_NANOS;
                    left = isWarm ? 0 : left - 1;
                }
            }
        }
    }

    /**
     * Waits until a step of the small model is quick. A step of the large one would take as long as the compiler does
     * in any case, and share the cores with it.
     */
    public void await() {
        awaited = true;
        join();
    }

    /** Ends it, and waits for the step it is at. */
    @Override
    public void close() {
        stopped = true;
        join();
    }

    private void join() {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
