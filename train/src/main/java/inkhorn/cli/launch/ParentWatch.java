package inkhorn.cli.launch;

import java.util.Optional;

/**
 * Ends this JVM if the JVM that started it is gone without having passed on a signal ({@code kill -9}). Otherwise this
 * JVM would continue to train unnoticed and hold the run's lock.
 */
public final class ParentWatch {

    // ProcessHandle.onExit() polls too where the process is no child, and ever more slowly, down to every 5 seconds.
    private static final long POLL_MS = 100;

    private ParentWatch() {
    }

    /** The process that waits for this one, or -1 if this JVM was started by hand. */
    public static long parent() {
        return Long.getLong(JvmArguments.PARENT_PROPERTY, -1);
    }

    /** Watches, if this JVM was started by {@link Relaunch}. */
    public static void start() {
        long parent = parent();
        if (parent < 0) {
            return;
        }
        Thread watch = new Thread(() -> watch(parent), "parent-watch");
        watch.setDaemon(true);
        watch.start();
    }

    private static void watch(long parent) {
        try {
            while (isParent(parent)) {
                Thread.sleep(POLL_MS);
            }
        } catch (InterruptedException e) {
            return;
        }
        // As if killed along with the parent: no hooks, no last checkpoint; what is on disk is whole.
        Runtime.getRuntime().halt(128 + 9);
    }

    private static boolean isParent(long parent) {
        // A killed parent that its own parent has not yet reaped still counts as alive, but has lost its children.
        Optional<ProcessHandle> actual = ProcessHandle.current().parent();
        return actual.isPresent() && actual.get().pid() == parent && actual.get().isAlive();
    }
}
