package inkhorn.bench.step;

import inkhorn.bench.Statistics;
import java.util.List;

/**
 * Everything measured on one model.
 *
 * @param flops of a step, by nanoGPT's convention
 * @param shareOfPeak a step's FLOP/s over the micro-kernel's, measured before and after each of Inkhorn's turns; null without Inkhorn
 * @param profile null where it was left out
 */
record ModelResult(String model, int threads, int rounds, double flops, List<LossCheck> checks, List<EngineResult> engines,
                   Statistics.Estimate shareOfPeak, Profile profile) {

    /**
     * One engine.
     *
     * @param turnMs the median step of each turn
     * @param medianMs the median of those
     * @param memory resident bytes
     * @param ratio Inkhorn's median over this one's, with its 95 % interval
     * @param pairedRatio the median of the ratios within each round
     */
    record EngineResult(String label, String description, int stepsOfTurn, double[] turnMs, double medianMs,
                        WorkerProcess.Memory memory, Statistics.Estimate ratio, double pairedRatio) {
    }

    /** The faster of libtorch's builds, or null if none took part. */
    EngineResult bestOfTorch() {
        return engines.stream().filter(e -> e.label().startsWith("torch"))
                .min(java.util.Comparator.comparingDouble(EngineResult::medianMs)).orElse(null);
    }
}
