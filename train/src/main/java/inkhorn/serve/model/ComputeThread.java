package inkhorn.serve.model;

import inkhorn.autograd.Scope;
import inkhorn.serve.RequestException;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The one thread that computes. It alternates between two kinds of work: single tasks ({@link #compute}), and work that
 * consists of steps ({@link #addSteps}), such as texts to which each step adds a token.
 */
public final class ComputeThread implements AutoCloseable {

    private static final int WAITING = 64;
    private static final long LONGEST_WAIT_S = 120;
    /** Arrays to be used again; texts side by side come in many numbers, each of which has sizes of its own. */
    private static final long MOST_HELD_BYTES = 128 << 20;

    /** Work in steps. */
    @FunctionalInterface
    public interface Steps {
        /** One step. @return whether there is more to do at once; else the thread may sleep until {@link #wake} */
        boolean step();
    }

    private final BlockingQueue<Runnable> tasks = new ArrayBlockingQueue<>(WAITING);
    private final List<Steps> steps = new CopyOnWriteArrayList<>();
    private final Thread thread = new Thread(this::run, "compute");
    private volatile boolean closed;

    private ComputeThread() {
    }

    public static ComputeThread start() {
        ComputeThread compute = new ComputeThread();
        compute.thread.setDaemon(true);
        compute.thread.start();
        return compute;
    }

    /**
     * Runs a task on the thread, between steps, and waits for its result.
     *
     * @throws RequestException when too many tasks wait
     * @throws Exception what the task threw
     */
    public <T> T compute(Callable<T> task) throws Exception {
        CompletableFuture<T> result = new CompletableFuture<>();
        boolean queued = !closed && tasks.offer(() -> {
            if (result.isCancelled()) {
                return;
            }
            try {
                result.complete(task.call());
            } catch (Throwable e) {
                result.completeExceptionally(e);
            }
        });
        if (!queued) {
            throw RequestException.busy(closed ? "the server ends" : WAITING + " computations wait already");
        }
        try {
            return result.get(LONGEST_WAIT_S, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            result.cancel(false);
            throw RequestException.busy("waited " + LONGEST_WAIT_S + " s for a turn to compute");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw e;
        }
    }

    /** Adds work that goes on in steps; {@link #wake} where it has something to do after it had nothing. */
    public void addSteps(Steps work) {
        steps.add(work);
        wake();
    }

    /** Lets the steps be asked again. */
    public void wake() {
        // A full queue is awake.
        tasks.offer(() -> { });
    }

    private void run() {
        boolean more = false;
        while (!closed) {
            try {
                more = runWhileBusy(more ? tasks.poll() : tasks.take());
            } catch (InterruptedException e) {
                continue;   // closed
            }
        }
    }

    /**
     * Rounds of a task and a step of each work, in a scope, so that a step uses the arrays of the one before.
     *
     * @return whether there is more to do, as when those arrays have become too many
     */
    private boolean runWhileBusy(Runnable first) {
        Runnable task = first;
        try (Scope arrays = Scope.open()) {
            while (true) {
                if (task != null) {
                    task.run();
                }
                boolean more = false;
                for (Steps work : steps) {
                    more |= work.step();
                }
                if (!more || closed || arrays.heldBytes() > MOST_HELD_BYTES) {
                    return more;
                }
                task = tasks.poll();
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
