package inkhorn.cli;

import inkhorn.cli.context.Context;
import inkhorn.cli.data.InspectDataCommand;
import inkhorn.cli.data.PrepareCommand;
import inkhorn.cli.data.TokenizeCommand;
import inkhorn.cli.exchange.DownloadCommand;
import inkhorn.cli.exchange.ExportCommand;
import inkhorn.cli.exchange.ImportCommand;
import inkhorn.cli.exchange.MergeCommand;
import inkhorn.cli.inspect.AttentionCommand;
import inkhorn.cli.inspect.CompareCommand;
import inkhorn.cli.inspect.DescribeCommand;
import inkhorn.cli.inspect.DoctorCommand;
import inkhorn.cli.inspect.EvaluateCommand;
import inkhorn.cli.inspect.ExplainCommand;
import inkhorn.cli.inspect.NeighboursCommand;
import inkhorn.cli.inspect.PlanCommand;
import inkhorn.cli.inspect.ReportCommand;
import inkhorn.cli.launch.LogSetup;
import inkhorn.cli.launch.ParentWatch;
import inkhorn.cli.options.ConfigOptions;
import inkhorn.cli.options.GivenOptions;
import inkhorn.cli.options.IneffectiveOptions;
import inkhorn.config.ConfigKeys;
import inkhorn.config.Nearest;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Parses the command line, runs the command, and turns an exception into a one-line message and an exit code. */
final class Cli {

    /** By name, in the order of the help; a new command is added here and nowhere else. */
    private static final Map<String, Function<Context, Object>> COMMANDS = commands();

    /** Whose options are the keys of a config too. */
    private static final Set<String> WITH_CONFIG_KEYS = Set.of(PlanCommand.NAME, SweepCommand.NAME,
            LrFindCommand.NAME);

    private Cli() {
    }

    /** The program in this JVM, without the exit. */
    static int run(String[] args) {
        ParentWatch.start();
        if (isDebug(args)) {
            // Before the first logger.
            System.setProperty(LogSetup.LEVEL_PROPERTY, "DEBUG");
        }
        return run(Context.ofProcess(), args);
    }

    static int run(Context context, String... args) {
        PrintWriter err = context.err();
        CommandLine commandLine = commandLine(context, args.length == 0 ? List.of("--help") : List.of(args));
        if (args.length == 0) {
            commandLine.usage(err);
            return Failure.WRONG_INPUT;
        }
        String misspelled = misspelledCommand(args[0]);
        if (misspelled != null) {
            return report(err, false, null, new Failure(Failure.WRONG_INPUT, List.of(misspelled)));
        }
        boolean debug = isDebug(args);
        commandLine.setParameterExceptionHandler((e, ignored) -> report(err, debug, e, wrongUsage(e)));
        commandLine.setExecutionExceptionHandler((e, command, result) -> report(err, debug, e, Failure.of(e)));
        commandLine.setExecutionStrategy(parsed -> execute(parsed, context));
        try {
            return commandLine.execute(args);
        } catch (Error e) {
            // picocli passes on what is not an Exception: OutOfMemoryError above all.
            return report(err, debug, e, Failure.of(e));
        }
    }

    private static Map<String, Function<Context, Object>> commands() {
        Map<String, Function<Context, Object>> commands = new LinkedHashMap<>();
        commands.put("sample", SampleCommand::new);
        commands.put("serve", ServeCommand::new);
        commands.put(PlanCommand.NAME, PlanCommand::new);
        commands.put(SweepCommand.NAME, SweepCommand::new);
        commands.put(LrFindCommand.NAME, LrFindCommand::new);
        commands.put("describe", DescribeCommand::new);
        commands.put("explain", ExplainCommand::new);
        commands.put("neighbours", NeighboursCommand::new);
        commands.put("attention", AttentionCommand::new);
        commands.put("report", ReportCommand::new);
        commands.put("compare", CompareCommand::new);
        commands.put("prepare", PrepareCommand::new);
        commands.put("inspect-data", InspectDataCommand::new);
        commands.put("tokenize", TokenizeCommand::new);
        commands.put("download", DownloadCommand::new);
        commands.put("import", ImportCommand::new);
        commands.put("merge", MergeCommand::new);
        commands.put("evaluate", EvaluateCommand::new);
        commands.put("parity", ParityCommand::new);
        commands.put("export", ExportCommand::new);
        commands.put("doctor", DoctorCommand::new);
        return commands;
    }

    /**
     * Where a command or a config stands first, only what is named: picocli takes ten milliseconds to read a command.
     */
    static CommandLine commandLine(Context context, List<String> args) {
        CommandLine root = ConfigOptions.addTo(new CommandLine(new TrainCommand(context)));
        boolean isHelp = args.contains("--help") || args.contains("-h");
        boolean onlyNamed = COMMANDS.containsKey(args.get(0)) || Files.exists(Path.of(args.get(0))) && !isHelp;
        COMMANDS.forEach((name, command) -> {
            if (!onlyNamed || args.contains(name)) {
                CommandLine added = new CommandLine(command.apply(context));
                root.addSubcommand(name, WITH_CONFIG_KEYS.contains(name) ? ConfigOptions.addTo(added) : added);
            }
        });
        // A prompt may begin with @; picocli would read a file of that name. Of an option given twice, the last one
        // counts, as in most programs: whoever puts a common part into a script or an alias can still change it.
        return root.setExpandAtFiles(false).setOverwrittenOptionsAllowed(true).setUsageHelpWidth(110)
                .setOut(new PrintWriter(context.out(), true)).setErr(context.err());
    }

    private static int execute(ParseResult parsed, Context context) {
        if (parsed.hasSubcommand() && !(parsed.matchedOptions().isEmpty() && parsed.matchedPositionals().isEmpty())) {
            String stray = parsed.originalArgs().get(0);
            String command = parsed.subcommand().commandSpec().name();
            throw new ParameterException(parsed.commandSpec().commandLine(),
                    stray + " stands before the command " + command + "; put options behind it");
        }
        ParseResult command = parsed.hasSubcommand() ? parsed.subcommand() : parsed;
        boolean isHelp = command.isUsageHelpRequested() || command.isVersionHelpRequested();
        List<String> refused = isHelp ? List.of() : IneffectiveOptions.refused(new GivenOptions(command),
                context::note);
        if (!refused.isEmpty()) {
            throw new ParameterException(command.commandSpec().commandLine(), refused.get(0));
        }
        return new CommandLine.RunLast().execute(parsed);
    }

    private static Failure wrongUsage(ParameterException e) {
        String line = e.getMessage().lines().findFirst().orElse("wrong usage");
        if (e instanceof UnmatchedArgumentException unmatched && !unmatched.getUnmatched().isEmpty()) {
            line = unknown(unmatched);
        } else if (e instanceof MissingParameterException) {
            line = line + "; --help shows how";
        }
        return new Failure(Failure.WRONG_INPUT, List.of(line));
    }

    private static String unknown(UnmatchedArgumentException e) {
        String argument = e.getUnmatched().get(0);
        if (!argument.startsWith("-")) {
            return argument + ": one argument too many; quote what has spaces, and see --help";
        }
        String option = argument.contains("=") ? argument.substring(0, argument.indexOf('=')) : argument;
        boolean mayBeKey = e.getCommandLine().getParent() == null && option.contains(".");
        String nearest = mayBeKey ? ConfigKeys.nearest(option.substring(option.startsWith("--") ? 2 : 1)) : null;
        if (nearest != null) {
            return option + ": unknown key; did you mean --" + nearest + "?";
        }
        List<String> near = e.getSuggestions().stream().filter(name -> !name.equals("--KEY")).limit(1).toList();
        return option + ": unknown option; " + (near.isEmpty() ? "see --help" : "did you mean " + near.get(0) + "?");
    }

    /** What to say if the first word is no config but nearly a command; else null. */
    private static String misspelledCommand(String word) {
        boolean isOther = word.startsWith("-") || COMMANDS.containsKey(word) || Files.exists(Path.of(word));
        String nearest = isOther ? null : Nearest.of(word, COMMANDS.keySet());
        return nearest == null ? null : word + ": neither a file nor a command; did you mean " + nearest + "?";
    }

    private static int report(PrintWriter err, boolean debug, Throwable thrown, Failure failure) {
        for (String line : failure.lines()) {
            err.println("error: " + line);
        }
        if (debug && thrown != null) {
            thrown.printStackTrace(err);
        }
        err.flush();
        return failure.exitCode();
    }

    private static boolean isDebug(String[] args) {
        return Arrays.asList(args).contains("--debug");
    }
}
