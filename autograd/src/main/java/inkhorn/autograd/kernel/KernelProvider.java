package inkhorn.autograd.kernel;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chooses the kernels, once: the vector ones where the JVM has its Vector API module, else the scalar ones. The choice and
 * its reason are one log line, and {@link #describeChoice()}.
 */
public final class KernelProvider {

    private static final Logger LOG = LoggerFactory.getLogger(KernelProvider.class);

    private static final ThreadLocal<Kernels> OF_THREAD = new ThreadLocal<>();

    private static volatile Kernels chosen;
    private static volatile String choice = "none chosen yet";

    private KernelProvider() {
    }

    /** What the user may ask for. */
    public enum Choice {
        /** The fastest that runs here. */
        AUTO, SCALAR, VECTOR
    }

    /** The kernels of this thread, if it has its own, else of this JVM; chosen now, with all cores, if nobody has. */
    public static Kernels kernels() {
        Kernels own = OF_THREAD.get();
        if (own != null) {
            return own;
        }
        Kernels now = chosen;
        return now != null ? now : chooseDefault();
    }

    /**
     * Gives this thread kernels of its own until the result is closed:
     * <pre>{@code try (KernelProvider.OnThisThread own = KernelProvider.using(kernels)) { ... }}</pre>
     *
     * @param kernels stay the caller's to close
     */
    public static OnThisThread using(Kernels kernels) {
        OnThisThread before = new OnThisThread(OF_THREAD.get());
        OF_THREAD.set(kernels);
        return before;
    }

    /** Kernels of one thread, in place until this is closed; close in reverse order of opening. */
    public static final class OnThisThread implements AutoCloseable {

        private final Kernels before;

        private OnThisThread(Kernels before) {
            this.before = before;
        }

        @Override
        public void close() {
            OF_THREAD.set(before);
        }
    }

    private static synchronized Kernels chooseDefault() {
        if (chosen == null) {
            choose(Choice.AUTO, Runtime.getRuntime().availableProcessors());
        }
        return chosen;
    }

    /**
     * Chooses for all ops from now on, and ends the kernels chosen before.
     *
     * @throws IllegalStateException when the vector kernels are asked for and this JVM has not loaded their module
     */
    public static synchronized Kernels choose(Choice choice, int threads) {
        boolean module = JdkVectorModule.isLoaded();
        if (choice == Choice.VECTOR && !module) {
            throw new IllegalStateException("kernels: vector needs the module " + JdkVectorModule.NAME
                    + "; start java with --add-modules " + JdkVectorModule.NAME + ", or choose scalar");
        }
        boolean vector = module && choice != Choice.SCALAR;
        Kernels kernels = vector ? new VectorKernels(new Workers(threads)) : new ScalarKernels();
        String reason = choice != Choice.AUTO ? "as asked for"
                : module ? "the module " + JdkVectorModule.NAME + " is there"
                : "the module " + JdkVectorModule.NAME + " is not loaded (java --add-modules " + JdkVectorModule.NAME + ")";
        use(kernels);
        KernelProvider.choice = kernels.description() + "; " + reason;
        LOG.info("kernels: {}", KernelProvider.choice);
        return kernels;
    }

    /** What the kernels are, and why these: for a line to the user. */
    public static String describeChoice() {
        return choice;
    }

    /** Bits of this machine's vectors as the Vector API uses them; 0 where the JVM has not loaded its module. */
    public static int vectorBits() {
        return JdkVectorModule.isLoaded() ? Float.SIZE * MicroKernel.W : 0;
    }

    /** Puts the given kernels in place for all ops from now on, and ends those before; for tests and embedders. */
    public static synchronized Kernels use(Kernels kernels) {
        if (chosen != null && chosen != kernels) {
            chosen.close();
        }
        chosen = kernels;
        choice = kernels.description() + "; given by the program";
        return kernels;
    }
}
