package inkhorn.train;

import inkhorn.autograd.Backward;
import inkhorn.autograd.IntTensor;
import inkhorn.autograd.Rng;
import inkhorn.autograd.Scope;
import inkhorn.autograd.Tensor;
import inkhorn.autograd.kernel.Epilogue;
import inkhorn.autograd.kernel.KernelProvider;
import inkhorn.autograd.kernel.Kernels;
import inkhorn.config.ModelConfig;
import inkhorn.nn.LanguageModel;
import inkhorn.nn.Parameter;
import inkhorn.nn.Pass;
import java.util.List;

/**
 * Has the JVM compile the arithmetic while the data are still being read: a thread of its own trains a small model of the same
 * kind until it is told to stop. A vector in code that is not compiled yet is an object, and each operation on one a loop of
 * calls; so the fewer values go through before the compiler has come by, the sooner the first step is done.
 *
 * <p>Nothing of it reaches the run: random numbers are functions of their seed, and the model is thrown away.
 */
public final class WarmUp implements AutoCloseable {

    /** More rows than the kernels for few rows take, and no whole number of the matrix product's tiles. */
    private static final int BLOCK = 76;
    private static final int VOCABULARY = 65;
    private static final int MOST_CHANNELS_OF_A_HEAD = 64;

    private static final int ROWS = 12;
    private static final int COLUMNS = 32;
    private static final int DEPTH = 8;
    private static final int PRODUCTS = 400;
    private static final int PER_TRANSPOSED = 8;

    private final ModelConfig config;
    private final Thread thread = new Thread(this::run, "inkhorn-warm-up");
    private volatile boolean stopped;

    private WarmUp(ModelConfig like) {
        int channels = Math.min(MOST_CHANNELS_OF_A_HEAD, like.nEmbd() / like.nHead());
        config = new ModelConfig(like.type(), 1, 1, channels, BLOCK, like.dropout(), like.bias(), like.activation(),
                like.position(), like.tieWeights());
    }

    /** Begins. */
    public static WarmUp start(ModelConfig like) {
        WarmUp warmUp = new WarmUp(like);
        warmUp.thread.setDaemon(true);
        warmUp.thread.start();
        return warmUp;
    }

    /** The matrix product's inner loops, which a first step waits for longest: many calls, each of one tile and little depth. */
    private void products() {
        float[] a = new float[BLOCK * DEPTH];
        float[] c = new float[BLOCK * COLUMNS];
        Kernels kernels = KernelProvider.kernels();
        for (int i = 0; i < PRODUCTS && !stopped; i++) {
            kernels.gemm(false, false, ROWS, COLUMNS, DEPTH, a, 0, a, 0, c, 0, false, Epilogue.NONE);
            kernels.gemm(true, false, ROWS, COLUMNS, DEPTH, a, 0, a, 0, c, 0, true, Epilogue.NONE);
            if (i % PER_TRANSPOSED == 0) {
                kernels.gemm(false, true, BLOCK, COLUMNS, DEPTH, a, 0, a, 0, c, 0, true, Epilogue.NONE);
            }
        }
    }

    private void run() {
        products();
        LanguageModel model = Models.create(config, VOCABULARY, 0);
        List<Parameter> parameters = model.namedParameters();
        AdamW optimizer = new AdamW(parameters, new AdamW.Hyperparameters(0.9, 0.99, 1e-8, 0.1));
        int[] ids = new int[BLOCK];
        for (int i = 0; i < BLOCK; i++) {
            ids[i] = i % VOCABULARY;
        }
        IntTensor batch = IntTensor.of(ids, 1, BLOCK);
        try (Scope scope = Scope.open()) {
            for (long step = 0; !stopped; step++) {
                optimizer.zeroGrad();
                step(model, batch, new Rng(0, Streams.DROPOUT, step));
                optimizer.step(1e-3, GradClip.of(parameters, 1).factor());
            }
        }
    }

    private static void step(LanguageModel model, IntTensor batch, Rng dropout) {
        try (Scope scope = Scope.open()) {
            Tensor loss = model.loss(batch, batch, Pass.training(dropout));
            Backward.from(loss, new float[] {1}, Backward.Keep.NOTHING);
        }
    }

    /** Ends it, and waits for the step it is at: while that runs, the cores are not free anyway. */
    @Override
    public void close() {
        stopped = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
