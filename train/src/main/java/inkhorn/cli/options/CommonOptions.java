package inkhorn.cli.options;

import picocli.CommandLine.Option;

/** The options that every command has. */
public final class CommonOptions {

    // Looked at before the command line is parsed: by Relaunch and by Cli.
    @Option(names = "--no-relaunch", description = "Stay in this Java process, on scalar kernels.")
    private boolean noRelaunch;

    @Option(names = "--debug",
            description = "Log times of phases and steps, files, allocations, Java and its flags; show the stack trace"
                    + " of an error.")
    private boolean debug;

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Show this help.")
    private boolean help;
}
