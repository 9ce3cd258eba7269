package inkhorn.bench;

import inkhorn.bench.kernels.KernelsCommand;
import inkhorn.bench.step.StepCommand;
import inkhorn.cli.BenchRelaunch;
import java.util.Arrays;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The benchmarks' command line. */
@Command(name = "bench", description = "Measures Inkhorn.", mixinStandardHelpOptions = true,
        subcommands = {StepCommand.class, KernelsCommand.class})
public final class Bench {

    /** JMH's forks take their JVM flags from the JVM that starts them, so that one is relaunched as {@code train.jar} is. */
    public static void main(String[] args) {
        if (Arrays.asList(args).contains("kernels")) {
            Integer code = BenchRelaunch.run("inkhorn.bench.Bench", args);
            if (code != null) {
                System.exit(code);
            }
            BenchRelaunch.watchLauncher();
        }
        System.exit(new CommandLine(new Bench()).setCaseInsensitiveEnumValuesAllowed(true).execute(args.length == 0 ? new String[] {"--help"} : args));
    }
}
