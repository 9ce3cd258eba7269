package inkhorn.cli;

import java.util.function.BooleanSupplier;
import sun.misc.Signal;

/**
 * Turns SIGINT, SIGTERM and SIGHUP into a wish that the trainer asks for between steps; a second one stops at once.
 *
 * <p>Signal handlers and not a shutdown hook: a hook runs while the JVM goes down, where the exit code is no longer ours and
 * other hooks (logging) run beside the saving.
 */
public final class Shutdown implements BooleanSupplier {

    // Ctrl-C reaches this JVM twice, from the terminal and through the first JVM; service managers do the same with SIGTERM.
    private static final long ONE_WISH_NANOS = 1_000_000_000L;

    private volatile int signal;
    private volatile long since;

    private Shutdown() {
    }

    /** Takes over the signals for the rest of the process. */
    public static Shutdown install() {
        Shutdown shutdown = new Shutdown();
        for (String name : new String[] {"INT", "TERM", "HUP"}) {
            try {
                Signal.handle(new Signal(name), received -> shutdown.request(received.getNumber()));
            } catch (IllegalArgumentException e) {
                // Not a signal of this system, or -Xrs keeps signals from us: then the JVM's own behaviour has to do.
                continue;
            }
        }
        return shutdown;
    }

    /** Whether the run is to finish its step, save and end. */
    public boolean isRequested() {
        return signal != 0;
    }

    @Override
    public boolean getAsBoolean() {
        return isRequested();
    }

    /** 0 if nobody asked to stop, or 128 + the signal, as shells have it: 130 after Ctrl-C, 143 after SIGTERM. */
    public int exitCode() {
        return signal == 0 ? 0 : 128 + signal;
    }

    private synchronized void request(int number) {
        if (signal == 0) {
            signal = number;
            since = System.nanoTime();
        } else if (System.nanoTime() - since > ONE_WISH_NANOS) {
            Runtime.getRuntime().halt(exitCode());
        }
    }
}
