package inkhorn.bench.step;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import inkhorn.bench.Statistics;
import inkhorn.bench.step.Engine.Build;
import inkhorn.bench.step.Engine.Setting;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * All engines on one model, a turn each in every round, in an order that rotates. Only one of the processes is active at a time.
 */
final class Comparison {

    private static final double PROBE_SECONDS = 0.1;
    private static final int SCOUTING_TURNS = 3;

    private final StepOptions options;
    private final String model;
    private final Consumer<String> log;
    private final List<Double> peaks = new ArrayList<>();

    /** @param log told what is going on */
    Comparison(StepOptions options, String model, Consumer<String> log) {
        this.options = options;
        this.model = model;
        this.log = log;
    }

    /**
     * Measures.
     *
     * @param builds those that take part; one of libtorch's that does not start is left out
     * @param settings of libtorch, of which each build keeps its best
     * @param variants of Inkhorn that take part too: what the table calls them, and how they are started
     */
    ModelResult run(List<Build> builds, List<Setting> settings, Map<String, StepOptions> variants, boolean checked, boolean profiled) {
        List<Build> working = new ArrayList<>(builds);
        List<LossCheck> checks = checked && builds.contains(Build.INKHORN) ? check(working) : List.of();
        List<Contender> contenders = new ArrayList<>();
        try {
            for (Build build : working) {
                start(build, settings, contenders);
            }
            variants.forEach((variant, changed) -> join(new Contender(Engine.variant(variant), changed, model), contenders));
            for (int round = 0; round < options.rounds(); round++) {
                round(round, contenders);
            }
            return result(contenders, checks, profiled);
        } finally {
            contenders.forEach(Contender::close);
        }
    }

    private List<LossCheck> check(List<Build> builds) {
        List<LossCheck> checks = new ArrayList<>();
        for (Build build : List.copyOf(builds)) {
            if (build.isTorch()) {
                try {
                    LossCheck check = LossCheck.of(Engine.torch(build, Setting.DEFAULT), options, model);
                    checks.add(check);
                    log.accept("losses without dropout: Inkhorn " + Arrays.toString(check.ours()) + ", " + check.engine() + " "
                            + Arrays.toString(check.theirs()) + (check.agrees() ? ": agree" : ": DIFFER")
                            + String.format(" (worst %.1e, allowed %.0e)", check.worstDifference(), LossCheck.BOUND));
                } catch (WorkerProcess.Failed e) {
                    leaveOut(build, e, builds);
                }
            }
        }
        return checks;
    }

    private void leaveOut(Build build, WorkerProcess.Failed e, List<Build> builds) {
        if (!build.isTorch() || e.getMessage().startsWith("Inkhorn")) {
            throw e;
        }
        log.accept("left out: " + e.getMessage());
        builds.remove(build);
    }

    private void start(Build build, List<Setting> settings, List<Contender> contenders) {
        try {
            Contender started = build.isTorch() ? bestOf(build, settings)
                    : new Contender(Engine.INKHORN, options, model);
            join(started, contenders);
        } catch (WorkerProcess.Failed e) {
            leaveOut(build, e, new ArrayList<>());
        }
    }

    private void join(Contender started, List<Contender> contenders) {
        contenders.add(started);
        log.accept(started.engine().label() + ": " + started.worker().description());
    }

    /** Champion against challenger, in turn; never more than two at a time, for the sake of memory. */
    private Contender bestOf(Build build, List<Setting> settings) {
        Contender best = new Contender(Engine.torch(build, settings.get(0)), options, model);
        for (Setting setting : settings.subList(1, settings.size())) {
            try {
                Contender challenger = new Contender(Engine.torch(build, setting), options, model);
                boolean isFaster = isFaster(challenger, best);
                (isFaster ? best : challenger).close();
                best = isFaster ? challenger : best;
                best.forgetTurns();
            } catch (WorkerProcess.Failed e) {
                best.close();
                throw e;
            }
        }
        return best;
    }

    private boolean isFaster(Contender challenger, Contender champion) {
        for (int i = 0; i < SCOUTING_TURNS; i++) {
            champion.turn();
            challenger.turn();
        }
        double championMs = Statistics.median(champion.turns());
        double challengerMs = Statistics.median(challenger.turns());
        log.accept(String.format("%s %.1f ms, %s %.1f ms", champion.engine().label(), championMs,
                challenger.engine().label(), challengerMs));
        return challengerMs < championMs;
    }

    /** A libtorch that fails on the way, for want of memory perhaps, leaves the field. */
    private void round(int round, List<Contender> contenders) {
        StringBuilder line = new StringBuilder("round " + (round + 1) + ":");
        List<Contender> order = new ArrayList<>(contenders);
        Collections.rotate(order, -round);
        for (Contender contender : order) {
            try {
                double ms = contender.engine().equals(Engine.INKHORN) ? turnBetweenPeaks(contender) : contender.turn();
                line.append(String.format("  %s %.1f ms", contender.engine().label(), ms));
            } catch (WorkerProcess.Failed e) {
                leaveOut(contender.engine().build(), e, new ArrayList<>());
                contenders.remove(contender);
            }
        }
        log.accept(line.toString());
    }

    private double turnBetweenPeaks(Contender inkhorn) {
        double before = peak(inkhorn);
        double ms = inkhorn.turn();
        peaks.add((before + peak(inkhorn)) / 2);
        return ms;
    }

    private static double peak(Contender inkhorn) {
        return Double.parseDouble(inkhorn.worker().ask("peak " + PROBE_SECONDS));
    }

    private ModelResult result(List<Contender> contenders, List<LossCheck> checks, boolean profiled) {
        Contender inkhorn = contenders.stream().filter(c -> c.engine().equals(Engine.INKHORN)).findFirst().orElse(null);
        List<ModelResult.EngineResult> engines = contenders.stream().map(c -> engineResult(c, inkhorn)).toList();
        double flops = inkhorn == null ? 0 : Double.parseDouble(inkhorn.worker().ask("flops"));
        Statistics.Estimate share = inkhorn == null ? null : share(flops, inkhorn);
        Profile profile = inkhorn == null || !profiled ? null : profile(inkhorn);
        return new ModelResult(model, options.threads(), options.rounds(), flops, checks, engines, share, profile);
    }

    private static ModelResult.EngineResult engineResult(Contender contender, Contender inkhorn) {
        double[] turns = contender.turns();
        WorkerProcess.Memory memory = contender.worker().memory();
        double[] ours = inkhorn == null ? turns : inkhorn.turns();
        return new ModelResult.EngineResult(contender.engine().label(), contender.worker().description(), contender.stepsOfTurn(),
                turns, Statistics.median(turns), memory, Statistics.ratioOfMedians(ours, turns),
                Statistics.medianOfRatios(ours, turns));
    }

    /** The time that a round's peak allows, over the time it took. */
    private Statistics.Estimate share(double flops, Contender inkhorn) {
        double[] limits = peaks.stream().mapToDouble(peak -> 1e3 * flops / peak).toArray();
        Statistics.Estimate ratio = Statistics.ratioOfMedians(limits, inkhorn.turns());
        return new Statistics.Estimate(Statistics.medianOfRatios(limits, inkhorn.turns()), ratio.low(), ratio.high());
    }

    private Profile profile(Contender inkhorn) {
        int rounds = Math.min(5, options.rounds());
        try {
            return new ObjectMapper().readValue(inkhorn.worker().ask("profile " + rounds + " " + inkhorn.stepsOfTurn()), Profile.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a worker's profile cannot be read", e);
        }
    }
}
