package inkhorn.cli;

import inkhorn.cli.context.Context;
import inkhorn.cli.launch.Shutdown;
import inkhorn.cli.launch.Stopped;
import inkhorn.cli.options.Arguments;
import inkhorn.cli.options.ConfigOptions;
import inkhorn.cli.options.EngineOptions;
import inkhorn.cli.options.KeyOption;
import inkhorn.cli.terminal.TextTable;
import inkhorn.config.DataConfig;
import inkhorn.config.TrainConfig;
import inkhorn.config.UserError;
import inkhorn.data.files.Json;
import inkhorn.data.prepare.PreparedData;
import inkhorn.sweep.Halving;
import inkhorn.sweep.Sweep;
import inkhorn.sweep.SweepEntry;
import inkhorn.sweep.SweepRun;
import inkhorn.sweep.SweepSpec;
import inkhorn.train.TrainingMemory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sweep}: trains a config with other values of some keys, and says which ones were best. */
@Command(name = SweepCommand.NAME, sortOptions = false,
        customSynopsis = "java -jar train.jar sweep SWEEP.yaml [--KEY=VALUE...] [OPTIONS]",
        description = "Train a config with many values of its keys, each in a run of its own, and show which were best."
                + " The same command goes on where one stopped; Ctrl-C stops it with checkpoints.")
public final class SweepCommand implements Callable<Integer> {

    static final String NAME = "sweep";

    private final Context context;

    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "SWEEP.yaml",
            description = "What is tried: config, method (grid, list or random), keys, halving; see docs/sweep.md.")
    private String file;

    @Mixin
    private KeyOption keys;

    @Option(names = "--parallel", paramLabel = "N",
            description = "Trainings side by side, which share the threads (default: the file's, or 1).")
    private String parallel;

    @Option(names = "--retry", description = "Go on with the runs that failed or were stopped by themselves, too.")
    private boolean retry;

    @Option(names = "--dry-run", description = "Check everything and show the runs and their steps; train nothing.")
    private boolean dryRun;

    @Option(names = "--json", description = "One JSON object at the end; lines go to standard error.")
    private boolean json;

    @Mixin
    private EngineOptions engine;

    SweepCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        keys.requireNotGiven();
        engine.requireKnownKernels();
        SweepSpec sweep = SweepSpec.read(Arguments.path("SWEEP.yaml", file));
        List<SweepRun> runs = SweepRun.all(sweep, ConfigOptions.given(spec),
                context::note);
        int beside = parallel == null ? sweep.parallel() : (int) Arguments.whole("--parallel", parallel, 1, 1024);
        beside = Math.min(beside, runs.size());
        if (beside > engine.threads()) {
            context.err().println("note: --parallel: " + beside + " trainings on " + engine.threads()
                    + " threads; each has one, and they take turns");
        }
        if (dryRun) {
            context.print(json ? Json.pretty(planned(sweep, runs)) : plan(sweep, runs));
            return 0;
        }
        Shutdown shutdown = context.signals().get();
        try {
            requireTrainable(runs, shutdown);
            shutdown.beginSaving();
        } catch (Stopped e) {
            context.out().println("stopped before the first run; the same command begins again");
            return shutdown.exitCode();
        }
        return train(sweep, runs, beside, shutdown);
    }

    private int train(SweepSpec sweep, List<SweepRun> runs, int beside, Shutdown shutdown) {
        List<String> words = engine.words(Math.max(1, engine.threads() / beside));
        Sweep.Trainings trainings = (config, stopAt, output) -> {
            List<String> all = new ArrayList<>(List.of(config.toString(), "--resume", "--stop-at=" + stopAt,
                    "--no-probe"));
            all.addAll(words);
            return context.children().start(all, beside, output);
        };
        Consumer<String> lines = json ? context.err()::println : context.out()::println;
        Sweep work = new Sweep(sweep, runs, beside, trainings, shutdown, entry -> lines.accept(line(entry, runs)));
        lines.accept("sweep    " + sweep.name() + " in " + sweep.out() + ": "
                + summary(SweepRun.rungs(sweep, runs), runs) + ", " + beside + " at a time");
        boolean isDone = work.run(retry);
        List<SweepEntry> ranked = work.ranked();
        if (json) {
            context.print(Json.pretty(work.json()));
        } else {
            context.print("\n" + table(sweep, ranked));
        }
        for (SweepEntry entry : ranked) {
            if (!entry.reason().isEmpty()) {
                lines.accept(entry.run() + " " + entry.state().word() + ": " + entry.reason() + " ("
                        + sweep.out().resolve(entry.run() + ".log") + ")");
            }
        }
        if (!isDone) {
            lines.accept("stopped; the same command goes on");
            return shutdown.exitCode();
        }
        SweepEntry best = ranked.get(0);
        if (best.state() == SweepEntry.State.FAILED) {
            lines.accept("no run came to its end");
            return Failure.RUN_FAILED;
        }
        lines.accept("best: " + best.run() + " with " + values(best.values()) + "; write with: java -jar train.jar"
                + " sample " + sweep.out().resolve(best.run()));
        return 0;
    }

    /** Reads and prepares all data, so that the trainings find them, and refuses what they would refuse later. */
    private void requireTrainable(List<SweepRun> runs, Shutdown shutdown) {
        Map<DataConfig, PreparedData> known = new HashMap<>();
        List<String> problems = new ArrayList<>();
        for (SweepRun run : runs) {
            PreparedData data = known.computeIfAbsent(run.config().data(),
                    section -> TrainingData.of(section, engine.threads(), context, shutdown));
            try {
                int block = run.config().model().gpt().blockSize();
                data.requireWindows(block);
                TrainingMemory.of(run.config(), data.tokenizer().vocabSize(), data.rowSize(block));
            } catch (UserError e) {
                e.lines().stream().filter(line -> !problems.contains(line)).forEach(problems::add);
            }
            shutdown.check();
        }
        if (!problems.isEmpty()) {
            throw new UserError(problems);
        }
    }

    private static String line(SweepEntry entry, List<SweepRun> runs) {
        long maxIters = runs.stream().filter(run -> run.name().equals(entry.run())).findFirst().orElseThrow()
                .config().train().maxIters();
        String loss = Double.isNaN(entry.bestValLoss()) ? "no validation loss" : String.format(Locale.ROOT,
                "validation loss %.4f at step %,d", entry.bestValLoss(), entry.bestStep());
        return String.format(Locale.ROOT, "%s  %-8s  %s  step %,d of %,d  %s  %,.0f s%s", entry.run(),
                entry.state().word(), values(entry.values()), entry.step(), maxIters, loss, entry.seconds(),
                entry.reason().isEmpty() ? "" : ": " + entry.reason());
    }

    private static String values(Map<String, String> values) {
        return String.join(" ", values.entrySet().stream()
                .map(value -> value.getKey() + "=" + (value.getValue().isEmpty() ? "''" : value.getValue())).toList());
    }

    private static String table(SweepSpec sweep, List<SweepEntry> ranked) {
        TextTable<SweepEntry> table = TextTable.of("runs of " + sweep.name() + ", best first", ranked)
                .text("run", SweepEntry::run);
        for (String varied : sweep.keys().keySet()) {
            table.text(varied, entry -> entry.values().get(varied));
        }
        return table.text("state", entry -> entry.state().word()).grouped("step", SweepEntry::step)
                .decimal("best val", "0.0000", SweepEntry::bestValLoss).grouped("at step", SweepEntry::bestStep)
                .decimal("bits per byte", "0.0000", SweepEntry::bitsPerByte)
                .decimal("seconds", "#,##0.0", SweepEntry::seconds).text();
    }

    private static String plan(SweepSpec sweep, List<SweepRun> runs) {
        TextTable<SweepRun> table = TextTable.of("runs of " + sweep.name(), runs).text("run", SweepRun::name);
        for (String varied : sweep.keys().keySet()) {
            table.text(varied, run -> run.values().get(varied));
        }
        List<Halving.Rung> rungs = SweepRun.rungs(sweep, runs);
        return table.grouped("steps", run -> run.config().train().maxIters())
                .grouped("tokens a step", SweepCommand::tokens).text() + "\n" + summary(rungs, runs) + "\n";
    }

    /** The JSON object's form of a dry run. */
    private record Planned(String sweep, Path directory, List<Run> runs, List<Halving.Rung> rungs, long steps,
            long stepsWithoutHalving) {

        private record Run(String run, Map<String, String> values, long steps, long tokensPerStep) {
        }
    }

    private static Planned planned(SweepSpec sweep, List<SweepRun> runs) {
        List<Halving.Rung> rungs = SweepRun.rungs(sweep, runs);
        return new Planned(sweep.name(), sweep.out(), runs.stream().map(run -> new Planned.Run(run.name(), run.values(),
                run.config().train().maxIters(), tokens(run))).toList(), rungs, steps(rungs, runs), all(runs));
    }

    private static long tokens(SweepRun run) {
        TrainConfig train = run.config().train();
        return (long) train.batchSize() * train.gradAccum() * run.config().model().gpt().blockSize();
    }

    private static String summary(List<Halving.Rung> rungs, List<SweepRun> runs) {
        if (rungs.size() == 1) {
            return String.format(Locale.ROOT, "%,d runs, %,d steps in all", runs.size(), all(runs));
        }
        List<String> parts = rungs.stream()
                .map(rung -> String.format(Locale.ROOT, "%,d to step %,d", rung.runs(), rung.step())).toList();
        return String.format(Locale.ROOT, "%,d runs: %s; %,d steps in all, of %,d without halving", runs.size(),
                String.join(", ", parts), steps(rungs, runs), all(runs));
    }

    private static long steps(List<Halving.Rung> rungs, List<SweepRun> runs) {
        if (rungs.size() == 1) {
            return all(runs);
        }
        long steps = 0;
        long before = 0;
        for (Halving.Rung rung : rungs) {
            steps += (rung.step() - before) * rung.runs();
            before = rung.step();
        }
        return steps;
    }

    private static long all(List<SweepRun> runs) {
        return runs.stream().mapToLong(run -> run.config().train().maxIters()).sum();
    }
}
