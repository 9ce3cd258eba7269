package inkhorn.bench.kernels;

import inkhorn.bench.Cost;
import inkhorn.bench.Statistics;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;

/**
 * What a kernel reached; medians over iterations.
 *
 * @param us microseconds a call
 * @param gflops per second; 0 for kernels whose limit is memory
 * @param gigabytes per second, if each array passes once
 * @param peakGflops of the micro-kernel in the same iterations
 * @param peakGigabytes of memory in the same iterations; 0 where it was not measured
 * @param share of the limit that counts for this kernel: each iteration's figure over the peak around it
 */
record KernelResult(String kernel, double us, double gflops, double gigabytes, double peakGflops, double peakGigabytes,
        double share) {
    static final String HEADER = String.format("%-32s %12s %9s %9s %9s %9s %9s", "kernel", "µs", "GFLOP/s", "GB/s",
            "peak GF/s", "peak GB/s", "of peak");

    static KernelResult of(KernelCase one, RunResult result) {
        List<IterationResult> iterations = result.getBenchmarkResults().stream()
                .flatMap(r -> r.getIterationResults().stream()).toList();
        Cost cost = one.cost();
        boolean isProduct = cost.flops() > 0;
        double us = median(iterations, KernelResult::microseconds);
        double peakFlops = median(iterations, i -> peak(i, PeakProfiler.FLOPS));
        double peakBytes = isProduct ? 0 : median(iterations, i -> peak(i, PeakProfiler.BYTES));
        double share = median(iterations, i -> (isProduct ? cost.flops() / peak(i, PeakProfiler.FLOPS)
                : cost.bytes() / peak(i, PeakProfiler.BYTES)) / (microseconds(i) * 1e-6));
        return new KernelResult(one.name(), us, cost.flops() / us * 1e-3, cost.bytes() / us * 1e-3, peakFlops * 1e-9,
                peakBytes * 1e-9, share);
    }

    private static double microseconds(IterationResult iteration) {
        return iteration.getPrimaryResult().getScore();
    }

    private static double peak(IterationResult iteration, String label) {
        return iteration.getSecondaryResults().get(label).getScore();
    }

    private static double median(List<IterationResult> iterations, ToDoubleFunction<IterationResult> figure) {
        return Statistics.median(iterations.stream().mapToDouble(figure).toArray());
    }

    String line() {
        return String.format(Locale.ROOT, "%-32s %12.1f %9s %9.1f %9.1f %9s %9.3f", kernel, us, dash(gflops),
                gigabytes, peakGflops, dash(peakGigabytes), share);
    }

    private static String dash(double figure) {
        return figure == 0 ? "-" : String.format(Locale.ROOT, "%.1f", figure);
    }
}
