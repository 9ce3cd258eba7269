package inkhorn.bench.step;

import inkhorn.autograd.Scope;
import inkhorn.bench.ModelCase;
import inkhorn.nn.Gpt;
import java.util.List;

/** Estimates how long the comparison of some models takes, before and during it. */
final class TimeEstimate {
    /**
     * What a libtorch and what Inkhorn reach on two cores with vectors of 512 bits; only the sum of all stages has to
     * be about right.
     */
    private static final double TORCH_FLOPS = 90e9;
    private static final double INKHORN_FLOPS = 150e9;
    private static final double START_SECONDS = 2.5;
    private static final double PROBE_AND_PAUSE_SECONDS = 0.15;

    private final StepOptions options;
    private final Comparison.Lineup lineup;

    TimeEstimate(StepOptions options, Comparison.Lineup lineup) {
        this.options = options;
        this.lineup = lineup;
    }

    /**
     * Seconds for the models to come.
     *
     * @param done those that are finished
     * @param elapsed seconds that these took
     */
    double secondsLeft(List<ModelCase> toCome, List<ModelCase> done, double elapsed) {
        double pace = done.isEmpty() ? 1 : elapsed / seconds(done);
        return pace * seconds(toCome);
    }

    private double seconds(List<ModelCase> models) {
        return models.stream().mapToDouble(this::seconds).sum();
    }

    private double seconds(ModelCase model) {
        double torch = flops(model) / TORCH_FLOPS;
        double inkhorn = flops(model) / INKHORN_FLOPS;
        long torches = lineup.builds().stream().filter(Engine.Build::isTorch).count();
        boolean hasInkhorn = lineup.builds().contains(Engine.Build.INKHORN);
        double round = torches * turn(torch, options)
                + (hasInkhorn ? 1 + lineup.variants().size() : 0) * turn(inkhorn, options);
        double rounds = Math.min(options.rounds() * round,
                Math.max(options.roundSeconds(), StepOptions.LEAST_ROUNDS * round));
        double warmups = torches * warmup(torch, options) + (hasInkhorn ? warmup(inkhorn, options) : 0);
        double check = lineup.checked() && hasInkhorn ? 2 * START_SECONDS + 2 * (torch + inkhorn) : 0;
        double extra = lineup.bfloat16() && hasInkhorn && torches > 0
                ? check + warmup(torch, options) + extraRounds(turn(torch, options) + turn(inkhorn, options)) : 0;
        double profile = lineup.profiled() && hasInkhorn ? 6 * turn(inkhorn, options) : 0;
        return torches * (check + search(torch)) + warmups + rounds + extra + profile;
    }

    private double extraRounds(double round) {
        return Math.max(round, Math.min(Comparison.EXTRA_ROUNDS * round,
                options.roundSeconds() * Comparison.EXTRA_SHARE));
    }

    private double search(double step) {
        int settings = lineup.settings().size();
        if (settings == 1) {
            return 0;
        }
        double pair = 2 * turn(step, options.forSearch());
        double pairs = Math.max(1, Math.min(5, Math.floor(options.searchSeconds() / (settings - 1) / pair)));
        return settings * warmup(step, options.forSearch()) + (settings - 1) * pairs * pair;
    }

    private static double turn(double step, StepOptions options) {
        return Math.max(options.turnSeconds(), step) + PROBE_AND_PAUSE_SECONDS;
    }

    private static double warmup(double step, StepOptions options) {
        return START_SECONDS + Math.max(options.warmup().steps() * step, options.warmup().seconds());
    }

    private static double flops(ModelCase model) {
        try (Scope shapes = Scope.openOnShapes()) {
            return model.tokens() * new Gpt(model.config()).flopsPerToken();
        }
    }
}
