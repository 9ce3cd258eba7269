package inkhorn.cli;

import picocli.CommandLine.Option;

/** The options that every computing command has. */
final class EngineOptions {

    @Option(names = "--threads", paramLabel = "N", description = "Worker threads (default: the processor's cores).")
    private String threads;

    @Option(names = "--kernels", paramLabel = "scalar|vector",
            description = "Arithmetic: plain loops, or the Vector API (default: vector where Java has it).")
    private String kernels;

    // Looked at before the command line is parsed: by Relaunch and by Cli.
    @Option(names = "--no-relaunch", description = "Stay in this Java process, on scalar kernels.")
    private boolean noRelaunch;

    @Option(names = "--debug", description = "Log more; show the stack trace of an error.")
    private boolean debug;

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Show this help.")
    private boolean help;

    Engine engine() {
        int cores = Runtime.getRuntime().availableProcessors();
        return new Engine(
                threads == null ? cores : (int) Arguments.whole("--threads", threads, 1, 1024),
                kernels == null ? Engine.Kernels.AUTO : Arguments.word("--kernels", kernels, Engine.Kernels.SCALAR, Engine.Kernels.VECTOR));
    }
}
