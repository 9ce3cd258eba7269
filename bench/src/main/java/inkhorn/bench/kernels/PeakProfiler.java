package inkhorn.bench.kernels;

import inkhorn.autograd.kernel.vector.PeakProbe;
import inkhorn.bench.Cost;
import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.ScalarResult;

/**
 * Measures the machine's peak before and after each iteration, in the same JVM, and puts it beside the kernel's time.
 */
public final class PeakProfiler implements InternalProfiler {
    static final String FLOPS = "peak.flops";
    static final String BYTES = "peak.bytes";

    private static final double SECONDS = 0.1;

    private final PeakProbe probe = new PeakProbe(Integer.getInteger(KernelBenchmark.THREADS,
            Runtime.getRuntime().availableProcessors()));
    private double flopsBefore;
    private double bytesBefore;

    @Override
    public String getDescription() {
        return "peak of the micro-kernel and of memory";
    }

    @Override
    public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
        flopsBefore = probe.flopsPerSecond(SECONDS);
        bytesBefore = isBoundByMemory(benchmark) ? probe.bytesPerSecond(SECONDS) : Double.NaN;
    }

    @Override
    public Collection<ScalarResult> afterIteration(BenchmarkParams benchmark, IterationParams iteration,
            IterationResult result) {
        double bytes = isBoundByMemory(benchmark) ? (bytesBefore + probe.bytesPerSecond(SECONDS)) / 2 : Double.NaN;
        double flops = (flopsBefore + probe.flopsPerSecond(SECONDS)) / 2;
        return List.of(new ScalarResult(FLOPS, flops, "FLOP/s", AggregationPolicy.AVG),
                new ScalarResult(BYTES, bytes, "B/s", AggregationPolicy.AVG));
    }

    private static boolean isBoundByMemory(BenchmarkParams benchmark) {
        Cost cost = KernelCases.named(benchmark.getParam("kernel")).cost();
        return cost.flops() == 0;
    }
}
