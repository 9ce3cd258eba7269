package inkhorn.train;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The time of each part of a training step and the heap that it allocates, for {@code --debug}: means over the steps
 * since the previous line. If the logger is off, the clock is not read.
 */
final class StepProfile {

    private static final Logger LOG = LoggerFactory.getLogger(StepProfile.class);

    private final boolean isOn = LOG.isDebugEnabled();
    private final long[] nanos = new long[TrainStep.Phase.values().length];
    private long last;
    private long steps;
    private long allocatedBefore;
    private long allocated;

    /** A step begins. */
    void begin() {
        if (isOn) {
            allocatedBefore = allocatedByThisThread();
            last = System.nanoTime();
        }
    }

    /** A phase is over, which began where the one before ended. */
    void end(TrainStep.Phase phase) {
        if (!isOn) {
            return;
        }
        long now = System.nanoTime();
        nanos[phase.ordinal()] += now - last;
        last = now;
        if (phase == TrainStep.Phase.UPDATE) {
            allocated += allocatedByThisThread() - allocatedBefore;
            steps++;
        }
    }

    /** Logs the means of the steps since it did so last. */
    void report(long step) {
        if (!isOn || steps == 0) {
            return;
        }
        StringBuilder line = new StringBuilder();
        for (TrainStep.Phase phase : TrainStep.Phase.values()) {
            line.append(String.format(Locale.ROOT, "%s %.2f ms, ", phase.name().toLowerCase(Locale.ROOT),
                    nanos[phase.ordinal()] * 1e-6 / steps));
            nanos[phase.ordinal()] = 0;
        }
        Runtime heap = Runtime.getRuntime();
        LOG.debug("step {}, mean of {}: {}{} bytes allocated, heap {} of {} MiB", step, steps, line, allocated / steps,
                heap.totalMemory() - heap.freeMemory() >> 20, heap.maxMemory() >> 20);
        steps = 0;
        allocated = 0;
    }

    /** The helper threads of the kernels allocate nothing. */
    private static long allocatedByThisThread() {
        return ManagementFactory.getThreadMXBean() instanceof ThreadMXBean threads
                ? threads.getCurrentThreadAllocatedBytes() : 0;
    }
}
