package inkhorn.autograd.kernel;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A fixed team of threads for short parallel loops. The caller works too; the others spin briefly for the next loop and
 * then park. Tasks are handed out one at a time, so that all cores end together; what a task computes must not depend on
 * who runs it.
 *
 * <p>A loop started while another one runs, from a task or from another thread, is run by its caller alone.
 */
public final class Workers implements AutoCloseable {

    /** The body of a parallel loop. */
    @FunctionalInterface
    public interface Task {
        void run(int index);
    }

    /** About 50 microseconds of spinning: longer than the gap between two kernels of a step, shorter than a nap. */
    private static final int SPINS = 2_000;

    private static final int CLOSED = 1;
    private static final int MEMBER = 2;

    private final Thread[] helpers;
    private final int spins;
    private final ReentrantLock leading = new ReentrantLock();

    private final AtomicLong round = new AtomicLong();
    /** Bit 0: no more helpers may join; above it: how many helpers are in. */
    private final AtomicInteger door = new AtomicInteger(CLOSED);
    private final AtomicInteger next = new AtomicInteger();
    private volatile Throwable failure;
    private volatile boolean stopped;
    private int tasks;
    private Task body;

    /** @param threads how many work in all, the caller included; at least 1 */
    public Workers(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("workers: at least 1 thread is needed, found " + threads);
        }
        spins = threads <= Runtime.getRuntime().availableProcessors() ? SPINS : 0;
        helpers = new Thread[threads - 1];
        for (int i = 0; i < helpers.length; i++) {
            helpers[i] = new Thread(this::help, "inkhorn-worker-" + (i + 1));
            helpers[i].setDaemon(true);
            helpers[i].start();
        }
    }

    public int threads() {
        return helpers.length + 1;
    }

    /** Runs {@code body} for every index below {@code count}, and returns when all are done. */
    public void run(int count, Task body) {
        if (count <= 1 || helpers.length == 0 || leading.isHeldByCurrentThread() || isHelper() || !leading.tryLock()) {
            for (int i = 0; i < count; i++) {
                body.run(i);
            }
            return;
        }
        try {
            lead(count, body);
        } finally {
            leading.unlock();
        }
    }

    private void lead(int count, Task work) {
        tasks = count;
        body = work;
        failure = null;
        next.set(0);
        door.set(0);
        round.incrementAndGet();
        for (int i = 0; i < Math.min(helpers.length, count - 1); i++) {
            if (LockSupport.getBlocker(helpers[i]) != null) {
                LockSupport.unpark(helpers[i]);
            }
        }
        takeTasks(work, count);
        door.getAndUpdate(d -> d | CLOSED);
        for (int spun = 0; door.get() != CLOSED; spun++) {
            if (spun < 100_000 && spins > 0) {
                Thread.onSpinWait();
            } else {
                Thread.yield();
            }
        }
        body = null;
        if (failure != null) {
            throw new IllegalStateException("a parallel task failed: " + failure.getMessage(), failure);
        }
    }

    private void takeTasks(Task work, int count) {
        try {
            for (int i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
                work.run(i);
            }
        } catch (Throwable t) {
            failure = t;
            next.set(count);
        }
    }

    private void help() {
        long seen = 0;
        while (!stopped) {
            seen = awaitRound(seen);
            if (join()) {
                takeTasks(body, tasks);
                door.addAndGet(-MEMBER);
            }
        }
    }

    private long awaitRound(long seen) {
        for (int spun = 0; round.get() == seen && !stopped; spun++) {
            if (spun < spins) {
                Thread.onSpinWait();
            } else {
                LockSupport.park(this);
            }
        }
        return round.get();
    }

    private boolean join() {
        for (int d = door.get(); (d & CLOSED) == 0; d = door.get()) {
            if (door.compareAndSet(d, d + MEMBER)) {
                return true;
            }
        }
        return false;
    }

    private boolean isHelper() {
        Thread current = Thread.currentThread();
        for (Thread helper : helpers) {
            if (helper == current) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void close() {
        stopped = true;
        for (Thread helper : helpers) {
            LockSupport.unpark(helper);
        }
    }
}
