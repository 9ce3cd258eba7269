package inkhorn.train;

import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs at debug level how long a phase of a run took; {@link StepProfile} does the same for the parts of a step. */
public final class PhaseTimer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(PhaseTimer.class);

    private final String phase;
    private final long begun = System.nanoTime();

    private PhaseTimer(String phase) {
        this.phase = phase;
    }

    /** The phase begins; it ends when the timer is closed. */
    public static PhaseTimer start(String phase) {
        return new PhaseTimer(phase);
    }

    @Override
    public void close() {
        if (LOG.isDebugEnabled()) {
            LOG.debug("{}: {} s", phase, String.format(Locale.ROOT, "%.3f", (System.nanoTime() - begun) * 1e-9));
        }
    }
}
