package inkhorn.bench;

import inkhorn.bench.decode.DecodeCommand;
import inkhorn.bench.kernels.KernelsCommand;
import inkhorn.bench.learn.LearnCommand;
import inkhorn.bench.start.StartCommand;
import inkhorn.bench.step.StepCommand;
import inkhorn.cli.launch.ParentWatch;
import inkhorn.cli.launch.Relaunch;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The benchmarks' command line. */
@Command(name = "bench", description = "Measures Inkhorn.", mixinStandardHelpOptions = true,
        subcommands = {StepCommand.class, LearnCommand.class, KernelsCommand.class, DecodeCommand.class,
            StartCommand.class})
public final class Bench {
    /**
     * Relaunched as {@code train.jar} is: kernels (JMH gives its forks the flags of the JVM that starts them) and
     * decode.
     */
    public static void main(String[] args) {
        List<String> words = Arrays.asList(args);
        if (words.contains("kernels") || words.contains("decode")) {
            Integer code = Relaunch.run("inkhorn.bench.Bench", args);
            if (code != null) {
                System.exit(code);
            }
            ParentWatch.start();
        }
        System.exit(new CommandLine(new Bench()).setCaseInsensitiveEnumValuesAllowed(true)
                .execute(args.length == 0 ? new String[] {"--help"} : args));
    }
}
