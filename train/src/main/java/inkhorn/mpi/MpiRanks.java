package inkhorn.mpi;

import inkhorn.train.parallel.Collectives;
import inkhorn.train.parallel.RankException;
import inkhorn.train.parallel.Ranks;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;

/**
 * The processes that MPI has started. One thread makes all calls of MPI, and none of them blocks: messages between each
 * two processes are begun and then asked after, so that the thread hardly needs the core that computes, and a process
 * from which nothing comes has a name.
 */
public final class MpiRanks implements Ranks {
    /** Between two questions while this process computes: a core is worth more than a few microseconds. */
    private static final long PAUSE_NANOS = 30_000;

    /** The largest tag that every library takes. */
    private static final int TAGS = 32767;

    /** How often a failure of the one thread is looked for. */
    private static final long POLL_MS = 100;

    /** At least: the processes of a job take their time to start, each in its own. */
    private static final long PATIENCE_OF_THE_START_S = 60;

    /** At least, when all have come to the end. */
    private static final long PATIENCE_OF_THE_END_S = 10;

    private static final long PATIENCE_OF_ABORT_MS = 2000;

    private final Duration timeout;
    private final IntConsumer halt;
    private final BlockingQueue<Runnable> calls = new LinkedBlockingQueue<>();
    private final List<Sent> underWay = new ArrayList<>();
    /** Threads of this process that wait for messages and do nothing else. */
    private final AtomicInteger waiting = new AtomicInteger();
    private final CountDownLatch ended = new CountDownLatch(1);
    private MpiLibrary library;
    private int rank;
    private int size;
    private String[] hosts;
    private int next;
    private volatile RuntimeException failure;
    private volatile boolean isClosed;

    private MpiRanks(Duration timeout, IntConsumer halt) {
        this.timeout = timeout;
        this.halt = halt;
    }

    /**
     * Joins the processes that were started with this one.
     *
     * @param chosen  the file or name of an MPI library; null for the usual ones
     * @param mpich   whether a launcher of MPICH has started this process
     * @param timeout how long to wait for a message
     * @param halt    ends this process with an exit code, where MPI does not
     * @throws MpiException where there is no library, or it refuses or does not come to an end of its start
     */
    public static MpiRanks start(String chosen, boolean mpich, Duration timeout, IntConsumer halt) {
        MpiRanks ranks = new MpiRanks(timeout, halt);
        CountDownLatch begun = new CountDownLatch(1);
        Thread thread = new Thread(() -> ranks.talk(chosen, mpich, begun), "mpi");
        thread.setDaemon(true);
        thread.start();
        await(begun, Math.max(timeout.toSeconds(), PATIENCE_OF_THE_START_S));
        ranks.requireWorking();
        ranks.exchangeHosts();
        return ranks;
    }

    private void exchangeHosts() {
        byte[][] names = new Collectives(this).gather("the names of the machines",
                hosts[rank].getBytes(StandardCharsets.UTF_8));
        for (int i = 0; i < size; i++) {
            hosts[i] = new String(names[i], StandardCharsets.UTF_8);
        }
    }

    /** What the one thread does. */
    private void talk(String chosen, boolean mpich, CountDownLatch begun) {
        try {
            library = MpiLibrary.find(chosen, mpich);
            library.init();
            rank = library.rank();
            size = library.size();
            hosts = new String[size];
            Arrays.fill(hosts, "?");
            hosts[rank] = library.processorName();
        } catch (RuntimeException | Error e) {
            failure = e instanceof RuntimeException known ? known : new MpiException(e.toString());
            ended.countDown();
            begun.countDown();
            return;
        }
        begun.countDown();
        try {
            while (!isClosed || !calls.isEmpty()) {
                Runnable call = underWay.isEmpty() ? calls.take() : calls.poll();
                if (call != null) {
                    call.run();
                } else if (!progress()) {
                    pause();
                }
            }
        } catch (MpiException e) {
            failure = new RankException(e.getMessage());
        } catch (RuntimeException | Error | InterruptedException e) {
            // Whoever waits must not take a message for received that has never come.
            failure = new RankException("the thread that calls MPI has failed: " + e);
        } finally {
            ended.countDown();
            underWay.forEach(sent -> sent.done.countDown());
        }
    }

    /** Whether any message has come or gone. */
    private boolean progress() {
        boolean any = false;
        for (int i = underWay.size() - 1; i >= 0; i--) {
            any |= underWay.get(i).progress();
            if (underWay.get(i).isDone()) {
                underWay.remove(i);
            }
        }
        return any;
    }

    private void pause() {
        if (waiting.get() > 0) {
            Thread.yield();
        } else {
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private void requireWorking() {
        if (failure != null) {
            throw failure;
        }
    }

    /** Name and version of the MPI library. */
    public String libraryVersion() {
        return library.version();
    }

    @Override
    public int rank() {
        return rank;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public String host(int ofRank) {
        return hosts[ofRank];
    }

    @Override
    public Exchange exchange(String what, ByteBuffer[] toRank, ByteBuffer[] fromRank) {
        return begin(what, toRank.clone(), fromRank.clone());
    }

    private Sent begin(String what, ByteBuffer[] toRank, ByteBuffer[] fromRank) {
        Sent sent = new Sent(what, new Transfer(library, rank, toRank, fromRank, next));
        next = (next + 1) % TAGS;
        calls.add(sent::begin);
        return sent;
    }

    /** A transfer, as those who wait for it see it. */
    private final class Sent implements Exchange {
        private final String what;
        private final Transfer transfer;
        private final CountDownLatch done = new CountDownLatch(1);

        Sent(String what, Transfer transfer) {
            this.what = what;
            this.transfer = transfer;
        }

        private void begin() {
            transfer.begin();
            underWay.add(this);
        }

        private boolean progress() {
            boolean any = transfer.progress();
            if (transfer.isComplete()) {
                done.countDown();
            }
            return any;
        }

        @Override
        public boolean isDone() {
            requireWorking();
            return done.getCount() == 0;
        }

        @Override
        public void await() {
            waiting.incrementAndGet();
            try {
                awaitAtLeisure();
            } finally {
                waiting.decrementAndGet();
            }
        }

        /** As {@link #await}, where a few microseconds more do not matter. */
        private void awaitAtLeisure() {
            try {
                // Not by the clock, which goes on while a scheduler has suspended the job.
                for (long waited = 0; !done.await(POLL_MS, TimeUnit.MILLISECONDS); waited += POLL_MS) {
                    requireWorking();
                    if (waited > timeout.toMillis()) {
                        throw new RankException("waited " + timeout.toSeconds() + " s for " + what + " of " + missing()
                                + ": the process hangs, or is cut off; --mpi-timeout says how long to wait");
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new RankException("interrupted while waiting for " + what);
            }
            requireWorking();
        }

        /** The processes; none means that this one's library does not return from a call. */
        private String missing() {
            List<Integer> missing = transfer.missing();
            return (missing.isEmpty() ? List.of(rank) : missing).stream()
                    .map(of -> "rank " + of + " (" + hosts[of] + ")").collect(Collectors.joining(", "));
        }
    }

    @Override
    public void abort(int exitCode) {
        calls.add(() -> library.abort(exitCode));
        try {
            ended.await(PATIENCE_OF_ABORT_MS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        halt.accept(exitCode);
    }

    @Override
    public void close() {
        if (isClosed || ended.getCount() == 0) {
            return;
        }
        awaitTheEndOfOthers();
        calls.add(() -> {
            library.finish();
            isClosed = true;
        });
        try {
            ended.await(Math.max(timeout.toSeconds(), PATIENCE_OF_THE_END_S), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * The first process may have a checkpoint to write when the others have nothing left to do. MPI_Finalize would wait
     * for it, though not for ever, and a launcher ends all processes when one ends without it.
     */
    private void awaitTheEndOfOthers() {
        ByteBuffer[] toRank = new ByteBuffer[size];
        Arrays.fill(toRank, ByteBuffer.allocateDirect(1));
        ByteBuffer[] fromRank = new ByteBuffer[size];
        Arrays.setAll(fromRank, from -> ByteBuffer.allocateDirect(1));
        begin("the end", toRank, fromRank).awaitAtLeisure();
    }

    private static void await(CountDownLatch begun, long seconds) {
        try {
            if (!begun.await(seconds, TimeUnit.SECONDS)) {
                throw new MpiException("waited " + seconds + " s for MPI to start: a process of the job hangs, or its"
                        + " host is cut off; --mpi-timeout says how long to wait");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MpiException("interrupted while MPI starts");
        }
    }
}
