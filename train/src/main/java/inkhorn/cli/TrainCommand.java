package inkhorn.cli;

import inkhorn.cli.options.Arguments;
import inkhorn.cli.options.Engine;
import inkhorn.cli.options.EngineOptions;
import inkhorn.config.ConfigKeys;
import inkhorn.config.ConfigLoader;
import inkhorn.config.RunConfig;
import inkhorn.config.UserError;
import inkhorn.train.Resumption;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Stack;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code java -jar train.jar CONFIG}: the command without a name. */
@Command(name = "java -jar train.jar", versionProvider = Version.class, sortOptions = false,
        synopsisSubcommandLabel = "", customSynopsis = {
            "java -jar train.jar CONFIG [--resume[=STEP]] [--KEY=VALUE...] [OPTIONS]",
            "       java -jar train.jar COMMAND [OPTIONS]"},
        header = {"Trains a GPT from scratch, in plain Java.", ""},
        description = {"", "Trains what CONFIG describes; Ctrl-C writes a checkpoint of the steps done and ends.", ""},
        footerHeading = "%nExamples:%n",
        footer = {
            "  java -jar train.jar configs/shakespeare-char.yaml",
            "  java -jar train.jar configs/shakespeare-char.yaml --resume",
            "  java -jar train.jar configs/shakespeare-char.yaml --train.max_iters=200 --optim.lr=5e-4",
            "  java -jar train.jar sample checkpoints/shakespeare-char --prompt \"ROMEO:\"",
            "  java -jar train.jar doctor",
            "",
            "Exit codes: 0 done, 1 the run failed, 2 the input is wrong, 130 or 143 stopped by a signal."},
        commandListHeading = "%nCommands:%n")
public final class TrainCommand implements Callable<Integer> {

    private final Job<Request> job;

    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", arity = "0..1", paramLabel = "CONFIG", description = "A YAML file; see configs/ and docs/config.md.")
    private String config;

    @Option(names = "--resume", arity = "0..1", paramLabel = "STEP", preprocessor = OnlyAttached.class,
            description = "Continue from the run's last checkpoint, or from --resume=step-NNNNNNNN or --resume=best.")
    private String resume;

    @Option(names = "--data-changed", description = "With --resume: continue although the data are not those of the checkpoint.")
    private boolean dataChanged;

    // For the help only: each key is an option of its own, added in withConfigKeys.
    @Option(names = "--KEY", paramLabel = "VALUE", description = "A config key, such as --train.max_iters=200: wins over CONFIG.")
    private String key;

    @Option(names = "--no-probe", description = "Do not measure the machine's peak (half a second); the log then has no share of it.")
    private boolean noProbe;

    @Mixin
    private EngineOptions engine;

    @Option(names = {"-V", "--version"}, versionHelp = true, description = "Show the version.")
    private boolean version;

    /**
     * What to train.
     *
     * @param config     resolved, with the command line's keys in it
     * @param arguments  as they were given, to say how to resume
     * @param resumption which checkpoint to go on from; empty for a new run
     * @param probe      whether to measure the machine's peak
     */
    public record Request(RunConfig config, List<String> arguments, Optional<Resumption> resumption, boolean probe, Engine engine) {
    }

    TrainCommand(Job<Request> job) {
        this.job = job;
    }

    /** Makes every config key an option, so that picocli reads {@code --key=value} and {@code --key value} alike. */
    static CommandLine withConfigKeys(CommandLine commandLine) {
        for (String key : ConfigKeys.names()) {
            commandLine.getCommandSpec().addOption(OptionSpec.builder("--" + key).type(String.class).hidden(true).build());
        }
        return commandLine;
    }

    @Override
    public Integer call() throws Exception {
        if (key != null) {
            throw new UserError("--KEY: stands for a key of the config, such as --train.max_iters=200; docs/config.md lists them");
        }
        if (config == null) {
            throw new UserError("no CONFIG given; give one such as configs/shakespeare-char.yaml, or --help");
        }
        Path file = Arguments.path("CONFIG", config);
        RunConfig resolved = ConfigLoader.load(file, overrides(), line -> spec.commandLine().getErr().println("note: " + line));
        List<String> arguments = spec.commandLine().getParseResult().originalArgs();
        return job.run(new Request(resolved, arguments, resumption(), !noProbe, engine.engine()));
    }

    private Optional<Resumption> resumption() {
        if (resume == null && dataChanged) {
            throw new UserError("--data-changed: found without --resume; a new run trains on any data, leave the option out");
        }
        return Optional.ofNullable(resume).map(checkpoint -> new Resumption(checkpoint, dataChanged));
    }

    /** A value only after {@code =}: in {@code --resume CONFIG} the second word is the config. */
    static final class OnlyAttached implements CommandLine.IParameterPreprocessor {
        @Override
        public boolean preprocess(Stack<String> args, CommandSpec command, ArgSpec argument, Map<String, Object> info) {
            if (" ".equals(info.get("separator"))) {
                args.push("");      // which becomes the value
            }
            return false;
        }
    }

    private Map<String, String> overrides() {
        Map<String, String> overrides = new LinkedHashMap<>();
        for (String name : ConfigKeys.names()) {
            String value = spec.commandLine().getParseResult().matchedOptionValue("--" + name, null);
            if (value != null) {
                overrides.put(name, value);
            }
        }
        return overrides;
    }
}
