package inkhorn.sweep;

import inkhorn.config.ConfigLoader;
import inkhorn.config.RunConfig;
import inkhorn.config.UserError;
import inkhorn.train.InitialWeights;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * One training of a sweep.
 *
 * @param name   of its directory
 * @param values of the keys that the sweep varies, as written
 * @param config the base config with these values, checked
 */
public record SweepRun(String name, Map<String, String> values, RunConfig config) {

    /**
     * The runs of a sweep, in the order in which they are trained.
     *
     * @param overrides values by dotted key that all runs have, over those of the base config
     * @param notes     takes a line for each thing that is odd and may be
     * @throws UserError with everything that is wrong with the values, one line each
     */
    public static List<SweepRun> all(SweepSpec spec, Map<String, String> overrides, Consumer<String> notes) {
        List<String> twice = spec.keys().keySet().stream().filter(overrides::containsKey)
                .map(key -> "--" + key + ": found beside the key in " + spec.file() + ", expected one of them")
                .toList();
        if (!twice.isEmpty()) {
            throw new UserError(twice);
        }
        Set<String> problems = new LinkedHashSet<>();
        Set<String> noted = new LinkedHashSet<>();
        List<SweepRun> runs = new ArrayList<>();
        for (Map<String, String> values : spec.combinations()) {
            String name = String.format(Locale.ROOT, "run-%03d", runs.size() + problems.size() + 1);
            try {
                runs.add(new SweepRun(name, values, config(spec, overrides, values, name, noted::add)));
            } catch (UserError e) {
                e.lines().forEach(line -> problems.add(placed(spec, line)));
            }
        }
        if (problems.isEmpty()) {
            comparable(spec, runs, problems);
        }
        if (!problems.isEmpty()) {
            throw new UserError(List.copyOf(problems));
        }
        if (runs.stream().anyMatch(run -> run.config().train().evalIters() > 0)) {
            noted.add("train.eval_iters: found " + runs.get(0).config().train().evalIters() + ", so runs are compared"
                    + " on random batches; 0 measures the whole validation split");
        }
        noted.forEach(notes);
        return runs;
    }

    private static RunConfig config(SweepSpec spec, Map<String, String> overrides, Map<String, String> values,
            String name, Consumer<String> notes) {
        Map<String, String> all = new LinkedHashMap<>(overrides);
        all.putAll(values);
        all.put("run.name", name);
        all.put("run.out", spec.out().resolve(name).toString());
        return ConfigLoader.load(spec.config(), all, InitialWeights::inherited, notes);
    }

    /** A problem of a value where the sweep's file has it. */
    private static String placed(SweepSpec spec, String line) {
        for (Map.Entry<String, Choice> key : spec.keys().entrySet()) {
            if (line.startsWith("--" + key.getKey() + ":")) {
                return spec.file() + ":" + key.getValue().line() + ": " + line.substring("--".length());
            }
        }
        return line;
    }

    private static void comparable(SweepSpec spec, List<SweepRun> runs, Set<String> problems) {
        if (runs.stream().anyMatch(run -> run.config().train().evalInterval() == 0)) {
            problems.add("train.eval_interval: found 0, so nothing is evaluated, but a sweep compares validation"
                    + " losses; set an interval");
        }
        boolean severalTokenizers = spec.keys().keySet().stream()
                .anyMatch(key -> key.equals("data.tokenizer") || key.equals("data.vocab_size"));
        if (severalTokenizers && spec.objective() == SweepSpec.Objective.VAL_LOSS) {
            problems.add(spec.file() + ": objective: found val_loss with several tokenizers, whose tokens are not"
                    + " alike; set objective: bits_per_byte");
        }
        if (spec.halving() == null || !problems.isEmpty()) {
            return;
        }
        for (String key : List.of("train.max_iters", "train.eval_interval")) {
            if (spec.keys().containsKey(key)) {
                problems.add(spec.file() + ":" + spec.keys().get(key).line() + ": " + key + ": found in a sweep with"
                        + " halving, which compares its runs at the same steps; leave one of them out");
            }
        }
        long steps = runs.get(0).config().train().maxIters();
        if (spec.halving().minIters() >= steps) {
            problems.add(spec.file() + ": halving.min_iters: found " + spec.halving().minIters() + ", expected less"
                    + " than train.max_iters, which is " + steps);
        }
    }

    /** The parts in which these runs are trained. */
    public static List<Halving.Rung> rungs(SweepSpec spec, List<SweepRun> runs) {
        long most = runs.stream().mapToLong(run -> run.config().train().maxIters()).max().orElseThrow();
        return spec.halving() == null ? List.of(new Halving.Rung(most, runs.size()))
                : spec.halving().rungs(runs.size(), most, runs.get(0).config().train().evalInterval());
    }

    Path directory() {
        return config.run().directory();
    }

    long maxIters() {
        return config.train().maxIters();
    }
}
