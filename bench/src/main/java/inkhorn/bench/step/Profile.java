package inkhorn.bench.step;

import inkhorn.autograd.kernel.KernelProvider;
import inkhorn.autograd.kernel.vector.PeakProbe;
import inkhorn.bench.ModelCase;
import inkhorn.bench.Product;
import inkhorn.bench.Statistics;
import inkhorn.bench.TimedKernels;
import java.util.Comparator;
import java.util.List;

/**
 * Where the time of a step goes.
 *
 * @param stepMs a step with the clocks in it
 * @param gflops the micro-kernel's peak, measured between the steps
 * @param gigabytes the memory's peak, per second
 * @param ops longest first
 */
record Profile(double stepMs, double gflops, double gigabytes, List<Op> ops) {
    /**
     * One kind of call.
     *
     * @param calls a step
     * @param ms a step
     * @param gflops what it reaches, per second; 0 where it multiplies no matrices
     * @param gigabytes what it reaches, per second
     * @param shareOfLimit the time that the machine's limits allow, over the time it takes
     */
    record Op(String label, double calls, double ms, double gflops, double gigabytes, double shareOfLimit) {}

    private static final double PROBE_SECONDS = 0.1;

    /** Runs {@code rounds} of peak and steps in turn. */
    static Profile of(Training training, ModelCase model, int threads, int rounds, int steps) {
        TimedKernels timed = new TimedKernels(KernelProvider.kernels(), Product.of(model));
        double[] flops = new double[rounds];
        double[] bytes = new double[rounds];
        double seconds = 0;
        try (KernelProvider.OnThisThread own = KernelProvider.using(timed.proxy());
                PeakProbe probe = new PeakProbe(threads)) {
            training.step(0);
            probe.flopsPerSecond(PROBE_SECONDS);
            probe.bytesPerSecond(PROBE_SECONDS);
            timed.reset();
            for (int round = 0; round < rounds; round++) {
                flops[round] = probe.flopsPerSecond(PROBE_SECONDS);
                bytes[round] = probe.bytesPerSecond(PROBE_SECONDS);
                long before = System.nanoTime();
                for (int i = 0; i < steps; i++) {
                    training.step(i);
                }
                seconds += (System.nanoTime() - before) * 1e-9;
            }
        }
        return of(timed.totals(), Statistics.median(flops), Statistics.median(bytes), rounds * steps, seconds);
    }

    private static Profile of(List<TimedKernels.Total> totals, double flops, double bytes, int steps, double seconds) {
        List<Op> ops = totals.stream().map(t -> new Op(t.label(), (double) t.calls() / steps, 1e3 * t.seconds() / steps,
                        t.cost().flops() / t.seconds() * 1e-9, t.cost().bytes() / t.seconds() * 1e-9,
                        t.cost().limitSeconds(flops, bytes) / t.seconds()))
                .sorted(Comparator.comparingDouble(Op::ms).reversed()).toList();
        return new Profile(1e3 * seconds / steps, flops * 1e-9, bytes * 1e-9, ops);
    }
}
