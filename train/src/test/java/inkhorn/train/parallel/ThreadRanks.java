package inkhorn.train.parallel;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;

/** Ranks that are threads of one program, each with a model of its own. */
public final class ThreadRanks implements Ranks {
    private static final long PATIENCE_S = 60;
    private static final long PAUSE_NANOS = 50_000;

    private final Map<List<Object>, byte[]> mail;
    private final int rank;
    private final int size;
    private int number;

    private ThreadRanks(Map<List<Object>, byte[]> mail, int rank, int size) {
        this.mail = mail;
        this.rank = rank;
        this.size = size;
    }

    /** What each of {@code size} ranks gives, all of which run at the same time. */
    public static <T> List<T> run(int size, Function<Ranks, Callable<T>> program) {
        Map<List<Object>, byte[]> mail = new ConcurrentHashMap<>();
        ExecutorService threads = Executors.newFixedThreadPool(size);
        try {
            List<Future<T>> futures = new ArrayList<>();
            for (int rank = 0; rank < size; rank++) {
                futures.add(threads.submit(program.apply(new ThreadRanks(mail, rank, size))));
            }
            List<T> results = new ArrayList<>();
            for (Future<T> future : futures) {
                results.add(future.get(2 * PATIENCE_S, TimeUnit.SECONDS));
            }
            return results;
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
        } catch (Exception e) {
            throw new IllegalStateException(e);
        } finally {
            threads.shutdownNow();
        }
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
    public String host(int of) {
        return "thread-" + of;
    }

    @Override
    public Exchange exchange(String what, ByteBuffer[] toRank, ByteBuffer[] fromRank) {
        int here = number++;
        for (int other = 0; other < size; other++) {
            if (other != rank) {
                byte[] bytes = new byte[toRank[other].remaining()];
                toRank[other].duplicate().get(bytes);
                mail.put(List.of(here, what, rank, other), bytes);
            }
        }
        return new Exchange() {
            @Override
            public boolean isDone() {
                for (int other = 0; other < size; other++) {
                    if (other != rank && !mail.containsKey(List.of(here, what, other, rank))) {
                        return false;
                    }
                }
                return true;
            }

            @Override
            public void await() {
                long start = System.nanoTime();
                while (!isDone()) {
                    if (System.nanoTime() - start > PATIENCE_S * 1_000_000_000L) {
                        throw new RankException("rank " + rank + " waits in vain at exchange " + here + ", " + what);
                    }
                    LockSupport.parkNanos(PAUSE_NANOS);
                }
                for (int other = 0; other < size; other++) {
                    if (other != rank) {
                        byte[] bytes = mail.get(List.of(here, what, other, rank));
                        if (bytes.length != fromRank[other].remaining()) {
                            throw new RankException(what + ": rank " + other + " sent " + bytes.length
                                    + " bytes where rank " + rank + " wanted " + fromRank[other].remaining());
                        }
                        fromRank[other].duplicate().put(bytes);
                    }
                }
            }
        };
    }

    @Override
    public void abort(int exitCode) {
        throw new IllegalStateException("abort " + exitCode);
    }

    @Override
    public void close() {}
}
