package inkhorn.autograd.kernel;

import inkhorn.autograd.kernel.vector.gemm.MicroKernel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chooses the kernels once, the fastest of {@link Backend#ALL} that this JVM can run. The choice and its reason are one
 * log line, and {@link #describeChoice()}.
 */
public final class KernelProvider {
    private static final Logger LOG = LoggerFactory.getLogger(KernelProvider.class);

    private static final ThreadLocal<Kernels> OF_THREAD = new ThreadLocal<>();

    private static volatile Kernels chosen;
    private static volatile String choice = "none chosen yet";

    private KernelProvider() {}

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
            choose(Runtime.getRuntime().availableProcessors());
        }
        return chosen;
    }

    /** Chooses the fastest back end for all ops from now on, and ends the kernels chosen before. */
    public static Kernels choose(int threads) {
        Backend fastest = Backend.fastest();
        return choose(fastest, threads, fastest.reason());
    }

    /**
     * Chooses a back end by name for all ops from now on, and ends the kernels chosen before.
     *
     * @param name one of {@link Backend#names()}
     * @throws IllegalStateException when this JVM cannot run it
     */
    public static Kernels choose(String name, int threads) {
        Backend asked = Backend.named(name);
        if (!asked.usable().getAsBoolean()) {
            throw new IllegalStateException("kernels: " + name + " cannot run here, " + asked.whyNot() + "; choose "
                    + Backend.fastest().name());
        }
        return choose(asked, threads, "as asked for");
    }

    private static synchronized Kernels choose(Backend backend, int threads, String reason) {
        Kernels kernels = backend.create().apply(threads);
        if (chosen != null) {
            chosen.close();
        }
        chosen = kernels;
        choice = kernels.description() + "; " + reason;
        LOG.info("kernels: {}", choice);
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
}
