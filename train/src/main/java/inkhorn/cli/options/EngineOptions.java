package inkhorn.cli.options;

import inkhorn.autograd.kernel.Backend;
import inkhorn.autograd.kernel.KernelProvider;
import inkhorn.cli.machine.MachineFacts;
import inkhorn.cli.machine.MachineReader;
import inkhorn.config.UserError;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that every computing command has: threads and kernels. */
public final class EngineOptions {

    private static final Logger LOG = LoggerFactory.getLogger(EngineOptions.class);

    @Option(names = "--threads", paramLabel = "N", description = "Worker threads (default: the processor's cores).")
    private String threads;

    @Option(names = "--kernels", paramLabel = "scalar|vector",
            description = "Arithmetic: plain loops, or the Vector API (default: vector where Java has it).")
    private String kernels;

    @Mixin
    private CommonOptions common;

    /** Worker threads; all cores where none were given. */
    public int threads() {
        return Arguments.threads(threads);
    }

    /** Whether the plain loops were asked for. */
    public boolean isScalar() {
        return "scalar".equals(kernels);
    }

    /** Refuses kernels that this program does not have. */
    public void requireKnownKernels() {
        if (kernels != null) {
            Arguments.oneOf("--kernels", kernels, Backend.names().toArray(String[]::new));
        }
    }

    /** The same choice for another process, with so many threads. */
    public List<String> words(int ofThreads) {
        String threadsWord = "--threads=" + ofThreads;
        return kernels == null ? List.of(threadsWord) : List.of(threadsWord, "--kernels=" + kernels);
    }

    /**
     * Puts the chosen kernels in place for all that is computed from now on.
     *
     * @throws UserError where an option is wrong or this JVM does not have what was asked for
     */
    public void start() {
        int workers = threads();
        requireKnownKernels();
        if (LOG.isDebugEnabled()) {
            MachineFacts.Jvm java = MachineReader.jvm();
            LOG.debug("java {}, {}, {}, in {}", java.version(), java.vendor(), java.vm(), java.home());
            LOG.debug("flags of java: {}", String.join(" ", MachineReader.start().flags()));
        }
        try {
            if (kernels == null) {
                KernelProvider.choose(workers);
            } else {
                KernelProvider.choose(kernels, workers);
            }
        } catch (IllegalStateException e) {
            throw new UserError("--" + e.getMessage());
        }
    }
}
