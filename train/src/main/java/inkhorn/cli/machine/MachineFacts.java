package inkhorn.cli.machine;

import java.util.List;

/**
 * The facts about a machine that {@code doctor} shows and on which its advice is based. {@code doctor --json} writes
 * them under these names in snake case. Null stands for facts that the system does not provide.
 */
public record MachineFacts(Jvm java, Host system, KernelFacts kernels, Peak peak, Memory memory, HugePages hugePages,
        Start start) {

    /**
     * The Java virtual machine.
     *
     * @param hasVectorModule whether its installation has the Vector API's module, loaded or not
     */
    public record Jvm(String version, String vendor, String vm, String home, boolean hasVectorModule,
            List<String> collectors) {
    }

    /**
     * What Java runs on.
     *
     * @param cores       processors that this process may use
     * @param loadAverage processes that ran or wanted to, on average over the minute before
     */
    public record Host(String os, Processor processor, int cores, Double loadAverage) {
    }

    /**
     * The kernels.
     *
     * @param choice     which, and why
     * @param scalar     whether they are the plain loops
     * @param vectorBits 0 if the Vector API is not loaded
     * @param threads    as asked for, or the cores
     */
    public record KernelFacts(String choice, boolean scalar, int vectorBits, int threads) {
    }

    /**
     * Measured limits, by {@link inkhorn.autograd.kernel.vector.PeakProbe}, in 10⁹ float32 operations and 10⁹ bytes a
     * second.
     *
     * @param scaling             how many times one thread all threads are; null where it would be more than there are
     *     threads, since other programs worked while one thread was measured
     * @param gigabytesPerSecond read and written; null where the heap is too small to measure it
     * @param gigabytesReadPerSecond where nothing is written; null as above
     */
    public record Peak(double gflopsOfOneThread, double gflopsOfAllThreads, Double scaling, Double gigabytesPerSecond,
            Double gigabytesReadPerSecond) {
    }

    /** In MiB; the machine's is the container's where there is one. */
    public record Memory(long heapMib, Long machineMib) {
    }

    /**
     * Transparent huge pages.
     *
     * @param system  {@code always}, {@code madvise} or {@code never}
     * @param javaAsks whether this JVM asks for them
     */
    public record HugePages(String system, boolean javaAsks) {
    }

    /** How this JVM was started: by the program itself or by hand, and with which flags. */
    public record Start(boolean relaunched, List<String> flags) {
    }

    /** What a config takes to train, about. */
    public record TrainingNeed(String run, long mib) {
    }
}
