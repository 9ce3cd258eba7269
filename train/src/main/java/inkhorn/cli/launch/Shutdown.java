package inkhorn.cli.launch;

import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import sun.misc.Signal;

/**
 * Turns SIGINT, SIGTERM and SIGHUP into a request to stop; a second signal, a second later, ends the process at once.
 *
 * <p>At first there is nothing to save, and the process ends within a second: long work calls {@link #check} and
 * unwinds. Work that does not, such as reading from a network file system that hangs, is cut off. After
 * {@link #beginSaving} the process continues until the work has called {@link #isRequested}, saved and returned.
 *
 * <p>Signal handlers and not a shutdown hook: within a hook the exit code can no longer be chosen, and other hooks
 * (logging) run at the same time as the saving.
 */
public final class Shutdown implements BooleanSupplier {

    // Ctrl-C reaches this JVM twice, from the terminal and through the first JVM; service managers do the same with
    // SIGTERM.
    private static final long ONE_REQUEST_NANOS = 1_000_000_000L;

    /** How long work that has nothing to save may take to unwind. */
    private static final long GRACE_MS = 600;

    private final IntConsumer halt;
    private volatile int signal;
    private volatile long since;
    private boolean endsByItself;

    /** @param halt ends the process with an exit code, without any hook */
    public Shutdown(IntConsumer halt) {
        this.halt = halt;
    }

    /** Takes over the signals for the rest of the process. */
    public static Shutdown install() {
        Shutdown shutdown = new Shutdown(Runtime.getRuntime()::halt);
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

    /** Whether somebody asked the work to save and end. */
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

    /**
     * To be called several times a second by work that has nothing to save.
     *
     * @throws Stopped where somebody asked to stop; from then on the process may take the time that unwinding needs
     */
    public void check() {
        if (signal != 0) {
            letEnd();
            throw new Stopped();
        }
    }

    /**
     * To be called before the first step: from now on the work ends by itself after a request, however long saving
     * takes.
     *
     * @throws Stopped where somebody asked to stop before
     */
    public void beginSaving() {
        letEnd();
        if (signal != 0) {
            throw new Stopped();
        }
    }

    private synchronized void letEnd() {
        endsByItself = true;
    }

    /** What a signal handler calls. */
    public synchronized void request(int number) {
        if (signal == 0) {
            signal = number;
            since = System.nanoTime();
            Thread cutOff = new Thread(this::cutOff, "inkhorn-cut-off");
            cutOff.setDaemon(true);
            cutOff.start();
        } else if (System.nanoTime() - since > ONE_REQUEST_NANOS) {
            halt.accept(exitCode());
        }
    }

    private void cutOff() {
        try {
            Thread.sleep(GRACE_MS);
        } catch (InterruptedException e) {
            return;
        }
        cutOffUnlessItEnds();
    }

    synchronized void cutOffUnlessItEnds() {
        if (!endsByItself) {
            // As if killed: what is on disk is whole, and what is half-made is removed by the next process that comes
            // there.
            halt.accept(exitCode());
        }
    }
}
