package inkhorn.bench.kernels;

import inkhorn.autograd.kernel.JdkVectorModule;
import inkhorn.autograd.kernel.KernelProvider;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * One kernel on one size; which is a parameter, so that each has a JVM of its own. JMH subclasses its states, hence not
 * final.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class KernelBenchmark {
    static final String THREADS = "inkhorn.bench.threads";

    @Param("char/c_fc forward")
    private String kernel;

    private Runnable work;

    @Setup
    public void setUp() {
        // JMH's fork has the flags of a relaunched JVM, but starts in JMH.
        JdkVectorModule.load();
        KernelProvider.choose(Integer.getInteger(THREADS, Runtime.getRuntime().availableProcessors()));
        work = KernelCases.named(kernel).work().get();
    }

    @TearDown
    public void tearDown() {
        KernelProvider.kernels().close();
    }

    @Benchmark
    public void run() {
        work.run();
    }
}
