package inkhorn.bench;

import inkhorn.bench.step.StepCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The benchmarks' command line. */
@Command(name = "bench", description = "Measures Inkhorn.", mixinStandardHelpOptions = true,
        subcommands = {StepCommand.class})
public final class Bench {

    public static void main(String[] args) {
        System.exit(new CommandLine(new Bench()).setCaseInsensitiveEnumValuesAllowed(true).execute(args.length == 0 ? new String[] {"--help"} : args));
    }
}
