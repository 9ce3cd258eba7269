package inkhorn.bench.step;

import inkhorn.bench.Statistics;
import inkhorn.bench.step.Engine.Build;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Everything measured on one model.
 *
 * @param rounds that there were, which a limit of time may have made fewer than were asked for
 * @param warmup of every engine
 * @param flops of a step, by nanoGPT's convention
 * @param searches what libtorch's settings gave
 * @param bfloat16 the faster libtorch in another precision, measured beside Inkhorn after the rounds; null where it was
 *     not
 * @param shareOfPeak a step's FLOP/s over the micro-kernel's, measured before and after each of Inkhorn's turns; null
 *     without Inkhorn
 * @param profile null where it was left out
 */
record ModelResult(String model, int threads, int rounds, StepOptions.Warmup warmup, double flops,
                   List<LossCheck> checks, List<SettingSearch.FoundSetting> searches, List<EngineResult> engines,
                   EngineResult bfloat16, Statistics.Estimate shareOfPeak, Profile profile) {
    /**
     * One engine.
     *
     * @param warmupSteps before it was measured
     * @param turnMs the median step of each turn
     * @param medianMs the median of those
     * @param memory resident bytes
     * @param memoryRatio Inkhorn's memory over this one's, launchers counted
     * @param ratio Inkhorn's median over this one's, with its 95 % interval
     * @param pairedRatio the median of the ratios within each round
     */
    record EngineResult(String label, String description, int warmupSteps, int stepsOfTurn, double[] turnMs,
                        double medianMs, WorkerProcess.Memory memory, double memoryRatio, Statistics.Estimate ratio,
                        double pairedRatio) {}

    /** The faster of libtorch's builds, if any took part. */
    Optional<EngineResult> bestOfTorch() {
        return engines.stream().filter(e -> e.label().startsWith("torch"))
                .min(Comparator.comparingDouble(EngineResult::medianMs));
    }

    Optional<EngineResult> inkhorn() {
        return engines.stream().filter(e -> e.label().equals(Engine.INKHORN.label())).findFirst();
    }

    Optional<EngineResult> torch(Build build) {
        return engines.stream().filter(e -> e.label().startsWith("torch " + build.blas())).findFirst();
    }
}
