package inkhorn.bench.step;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import inkhorn.bench.Statistics;
import inkhorn.bench.step.Engine.Build;
import inkhorn.bench.step.Engine.Setting;
import inkhorn.bench.step.ModelResult.EngineResult;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/**
 * All engines on one model: first whether they compute the same, then each libtorch's fastest setting, then the rounds,
 * at last what does not take part in the comparison. Only one of the processes is active at a time.
 */
final class Comparison {
    static final int EXTRA_ROUNDS = 5;
    /** Of the limit on the rounds. */
    static final double EXTRA_SHARE = 1.0 / 3;
    private static final int PROFILE_ROUNDS = 5;

    private final StepOptions options;
    private final String model;
    private final Consumer<String> log;

    /**
     * Who takes part, and what is done beside the rounds.
     *
     * @param builds one of libtorch's that does not start is left out
     * @param settings of libtorch, of which each build keeps its fastest
     * @param variants of Inkhorn that take part too: what the table calls them, and how they are started
     * @param checked whether losses are compared first
     * @param bfloat16 whether the faster libtorch is measured in bfloat16 too
     * @param profiled whether Inkhorn's step is broken down
     */
    record Lineup(List<Build> builds, List<Setting> settings, Map<String, StepOptions> variants, boolean checked,
                boolean bfloat16, boolean profiled) {}

    /** @param log receives a line for each step */
    Comparison(StepOptions options, String model, Consumer<String> log) {
        this.options = options;
        this.model = model;
        this.log = log;
    }

    ModelResult run(Lineup lineup) {
        List<Build> working = new ArrayList<>(lineup.builds);
        List<LossCheck> checks = new ArrayList<>();
        if (lineup.checked && working.contains(Build.INKHORN)) {
            checkLosses(working, checks);
        }
        List<SettingSearch.FoundSetting> searches = new ArrayList<>();
        List<Contender> contenders = new ArrayList<>();
        try (PeakProcess peak = new PeakProcess(options)) {
            for (Engine engine : engines(working, lineup.settings, searches)) {
                start(engine, options, contenders);
            }
            lineup.variants.forEach((variant, changed) -> start(Engine.variant(variant), changed, contenders));
            Rounds rounds = new Rounds(peak, log);
            int done = rounds.run(contenders, Math.min(StepOptions.LEAST_ROUNDS, options.rounds()), options.rounds(),
                    options.roundSeconds());
            Contender inkhorn = inkhorn(contenders);
            List<EngineResult> results = contenders.stream().map(c -> result(c, inkhorn, 0)).toList();
            double flops = inkhorn == null ? 0 : Double.parseDouble(inkhorn.worker().ask("flops"));
            Statistics.Estimate share = inkhorn == null ? null : share(flops, rounds.peaks(), inkhorn);
            EngineResult bfloat16 = lineup.bfloat16
                    ? bfloat16(contenders, inkhorn, peak, lineup.checked ? checks : null) : null;
            Profile profile = inkhorn == null || !lineup.profiled ? null : profile(inkhorn);
            return new ModelResult(model, options.threads(), done, options.warmup(), flops, checks, searches, results,
                    bfloat16, share, profile);
        } finally {
            contenders.forEach(Contender::close);
        }
    }

    private void checkLosses(List<Build> builds, List<LossCheck> checks) {
        for (Build build : List.copyOf(builds)) {
            if (build.isTorch()) {
                try {
                    checks.add(check(Engine.torch(build, Setting.DEFAULT), LossCheck.BOUND));
                } catch (WorkerProcess.Failed e) {
                    leaveOut(e);
                    builds.remove(build);
                }
            }
        }
    }

    private LossCheck check(Engine engine, double bound) {
        LossCheck check = LossCheck.of(engine, options, model, bound);
        log.accept("losses without dropout: Inkhorn " + Arrays.toString(check.ours()) + ", " + check.engine() + " "
                + Arrays.toString(check.theirs()) + (check.agrees() ? ": agree" : ": DIFFER")
                + String.format(Locale.ROOT, " (worst %.1e, allowed %.0e)", check.worstDifference(), bound));
        return check;
    }

    /** With each libtorch's setting found; no process of the search is left. */
    private List<Engine> engines(List<Build> builds, List<Setting> settings,
            List<SettingSearch.FoundSetting> searches) {
        List<Engine> engines = new ArrayList<>();
        for (Build build : builds) {
            if (!build.isTorch()) {
                engines.add(Engine.INKHORN);
                continue;
            }
            try {
                SettingSearch search = new SettingSearch(
                        setting -> new Contender(Engine.torch(build, setting), options.forSearch(), model),
                        options.searchSeconds(), log);
                SettingSearch.FoundSetting found = search.among(build.blas(), settings);
                searches.add(found);
                engines.add(Engine.torch(build, found.setting()));
            } catch (WorkerProcess.Failed e) {
                leaveOut(e);
            }
        }
        return engines;
    }

    private void start(Engine engine, StepOptions changed, List<Contender> contenders) {
        try {
            Contender started = new Contender(engine, changed, model);
            contenders.add(started);
            log.accept(engine.label() + ": " + started.worker().description());
        } catch (WorkerProcess.Failed e) {
            leaveOut(e);
        }
    }

    /** A libtorch may fail, for want of its libraries or of memory; Inkhorn may not. */
    private void leaveOut(WorkerProcess.Failed e) {
        if (!e.engine().build().isTorch()) {
            throw e;
        }
        log.accept("left out: " + e.getMessage());
    }

    /** The faster libtorch, as nanoGPT runs it in bfloat16, beside Inkhorn alone; null where there is none. */
    private EngineResult bfloat16(List<Contender> contenders, Contender inkhorn, PeakProcess peak,
            List<LossCheck> checks) {
        List<Contender> torches = contenders.stream().filter(c -> c.engine().build().isTorch()).toList();
        if (torches.isEmpty() || inkhorn == null) {
            return null;
        }
        Engine engine = torches.stream()
                .min((a, b) -> Double.compare(Statistics.median(a.turns()), Statistics.median(b.turns())))
                .orElseThrow().engine().inBfloat16();
        torches.forEach(Contender::close);
        contenders.removeAll(torches);
        try {
            if (checks != null) {
                checks.add(check(engine, LossCheck.BFLOAT16_BOUND));
            }
            Contender contender = new Contender(engine, options, model);
            log.accept(engine.label() + ", for information: " + contender.worker().description());
            int before = inkhorn.turns().length;
            List<Contender> both = new ArrayList<>(List.of(inkhorn, contender));
            try (contender) {
                new Rounds(peak, log).run(both, 1, Math.min(EXTRA_ROUNDS, options.rounds()),
                        options.roundSeconds() * EXTRA_SHARE);
                return both.contains(contender) ? result(contender, inkhorn, before) : null;
            }
        } catch (WorkerProcess.Failed e) {
            leaveOut(e);
            return null;
        }
    }

    private static Contender inkhorn(List<Contender> contenders) {
        return contenders.stream().filter(c -> c.engine().equals(Engine.INKHORN)).findFirst().orElse(null);
    }

    /** @param from how many turns Inkhorn had had before this one took part */
    private static EngineResult result(Contender contender, Contender inkhorn, int from) {
        double[] turns = contender.turns();
        double[] ours = inkhorn == null ? turns : Arrays.copyOfRange(inkhorn.turns(), from, from + turns.length);
        WorkerProcess.Memory memory = contender.worker().memory();
        double memoryRatio = inkhorn == null ? 1 : inkhorn.worker().memory().total() / (double) memory.total();
        return new EngineResult(contender.engine().label(), contender.worker().description(), contender.warmupSteps(),
                contender.stepsOfTurn(), turns, Statistics.median(turns), memory, memoryRatio,
                Statistics.ratioOfMedians(ours, turns), Statistics.medianOfRatios(ours, turns));
    }

    /** The time that a round's peak allows, over the time it took. */
    private static Statistics.Estimate share(double flops, double[] peaks, Contender inkhorn) {
        double[] limits = Arrays.stream(peaks).map(peak -> 1e3 * flops / peak).toArray();
        Statistics.Estimate ratio = Statistics.ratioOfMedians(limits, inkhorn.turns());
        return new Statistics.Estimate(Statistics.medianOfRatios(limits, inkhorn.turns()), ratio.low(), ratio.high());
    }

    private Profile profile(Contender inkhorn) {
        int rounds = Math.min(PROFILE_ROUNDS, options.rounds());
        try {
            return new ObjectMapper()
                    .readValue(inkhorn.worker().ask("profile " + rounds + " " + inkhorn.stepsOfTurn()), Profile.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a worker's profile cannot be read", e);
        }
    }
}
