package inkhorn.cli.options;

import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that every computing command has. */
public final class EngineOptions {

    @Option(names = "--threads", paramLabel = "N", description = "Worker threads (default: the processor's cores).")
    private String threads;

    @Option(names = "--kernels", paramLabel = "scalar|vector",
            description = "Arithmetic: plain loops, or the Vector API (default: vector where Java has it).")
    private String kernels;

    @Mixin
    private CommonOptions common;

    public Engine engine() {
        return new Engine(
                Arguments.threads(threads),
                kernels == null ? Engine.Kernels.AUTO : Arguments.word("--kernels", kernels, Engine.Kernels.SCALAR, Engine.Kernels.VECTOR));
    }
}
