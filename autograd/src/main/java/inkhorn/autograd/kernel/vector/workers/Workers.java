package inkhorn.autograd.kernel.vector.workers;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A fixed team of threads for short parallel loops. The caller works too; the others spin briefly for the next loop and
 * then park. Each thread begins with an equal share of neighbouring tasks, the same in every loop of as many tasks, so
 * that it finds in its cache what it has written there in the loop before; one that is through takes from the far end
 * of the others' shares, so that all cores end together. What a task computes must not depend on who runs it.
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

    /** Longs in a cache line. */
    private static final int LINE = 8;

    private static final int CLOSED = 1;
    private static final int MEMBER = 2;

    private final Thread[] helpers;
    private final int spins;
    private final ReentrantLock leading = new ReentrantLock();

    private final AtomicLong round = new AtomicLong();
    /** Bit 0: no more helpers may join; above it: how many helpers are in. */
    private final AtomicInteger door = new AtomicInteger(CLOSED);
    /** What is left of each thread's share: first task and end, 32 bits each. One in a cache line. */
    private final AtomicLongArray shares;
    /** 1 for a helper that is parked, or about to park. */
    private final AtomicIntegerArray asleep;
    private volatile Throwable failure;
    private volatile boolean stopped;
    private Task body;

    /** @param threads how many work in all, the caller included; at least 1 */
    public Workers(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("workers: at least 1 thread is needed, found " + threads);
        }
        spins = threads <= Runtime.getRuntime().availableProcessors() ? SPINS : 0;
        shares = new AtomicLongArray((threads + 1) * LINE);
        helpers = new Thread[threads - 1];
        asleep = new AtomicIntegerArray(helpers.length);
        for (int i = 0; i < helpers.length; i++) {
            int member = i + 1;
            helpers[i] = new Thread(() -> help(member), "inkhorn-worker-" + member);
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
        body = work;
        failure = null;
        dealOut(count);
        door.set(0);
        round.incrementAndGet();
        for (int i = 0; i < Math.min(helpers.length, count - 1); i++) {
            if (asleep.get(i) == 1) {
                LockSupport.unpark(helpers[i]);
            }
        }
        takeTasks(0, work);
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

    private void dealOut(int count) {
        for (int member = 0; member < threads(); member++) {
            long from = (long) count * member / threads();
            long to = (long) count * (member + 1) / threads();
            shares.set((member + 1) * LINE, from << 32 | to);
        }
    }

    /** All of one's own share from its beginning, then of the others' from their ends. */
    private void takeTasks(int member, Task work) {
        try {
            for (int i = takeFirst(member); i >= 0; i = takeFirst(member)) {
                work.run(i);
            }
            for (int other = 1; other < threads(); other++) {
                int victim = (member + other) % threads();
                for (int i = takeLast(victim); i >= 0; i = takeLast(victim)) {
                    work.run(i);
                }
            }
        } catch (Throwable t) {
            failure = t;
            dealOut(0);
        }
    }

    /** The first task of a share, now taken; -1 when none is left. */
    private int takeFirst(int member) {
        int at = (member + 1) * LINE;
        for (long share = shares.get(at); share >>> 32 < (int) share; share = shares.get(at)) {
            if (shares.compareAndSet(at, share, share + (1L << 32))) {
                return (int) (share >>> 32);
            }
        }
        return -1;
    }

    /** The last task of a share, now taken; -1 when none is left. */
    private int takeLast(int member) {
        int at = (member + 1) * LINE;
        for (long share = shares.get(at); share >>> 32 < (int) share; share = shares.get(at)) {
            if (shares.compareAndSet(at, share, share - 1)) {
                return (int) share - 1;
            }
        }
        return -1;
    }

    private void help(int member) {
        long seen = 0;
        while (!stopped) {
            seen = awaitRound(member, seen);
            if (join()) {
                takeTasks(member, body);
                door.addAndGet(-MEMBER);
            }
        }
    }

    private long awaitRound(int member, long seen) {
        for (int spun = 0; round.get() == seen && !stopped; spun++) {
            if (spun < spins) {
                Thread.onSpinWait();
            } else {
                // Said before the last look at the round: the leader looks the other way round, so that one of the two
                // sees the other.
                asleep.set(member - 1, 1);
                if (round.get() == seen && !stopped) {
                    LockSupport.park(this);
                }
                asleep.set(member - 1, 0);
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
