package inkhorn.cli.options;

import inkhorn.autograd.kernel.KernelProvider;
import inkhorn.cli.machine.Machine;
import inkhorn.cli.machine.MachineReader;
import inkhorn.config.UserError;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What computes.
 *
 * @param threads worker threads
 * @param kernels which arithmetic
 */
public record Engine(int threads, Kernels kernels) {

    private static final Logger LOG = LoggerFactory.getLogger(Engine.class);

    /** {@code AUTO} is vector where the JVM has it, else scalar. */
    public enum Kernels { AUTO, SCALAR, VECTOR }

    /**
     * Puts these kernels in place for everything computed from now on.
     *
     * @throws UserError where this JVM does not have what was asked for
     */
    public void start() {
        try {
            logJava();
            if (kernels == Kernels.AUTO) {
                KernelProvider.choose(threads);
            } else {
                KernelProvider.choose(kernels.name().toLowerCase(Locale.ROOT), threads);
            }
        } catch (IllegalStateException e) {
            throw new UserError("--" + e.getMessage());
        }
    }

    private static void logJava() {
        if (LOG.isDebugEnabled()) {
            Machine.Jvm java = MachineReader.jvm();
            LOG.debug("java {}, {}, {}, in {}", java.version(), java.vendor(), java.vm(), java.home());
            LOG.debug("flags of java: {}", String.join(" ", MachineReader.start().flags()));
        }
    }
}
