package inkhorn.data;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.function.ToIntFunction;

/**
 * Work on many items by several threads. The results are taken in the order of the items, by the thread that adds
 * these. As many items are in memory as keep the threads busy.
 *
 * @param <T> an item
 * @param <R> its result
 * @param <E> what taking a result may throw
 */
public final class OrderedWork<T, R, E extends Exception> implements AutoCloseable {
    @FunctionalInterface
    public interface Sink<R, E extends Exception> {
        void take(R result) throws E;
    }

    private final int threads;
    private final ExecutorService workers;
    private final Function<T, R> work;
    private final Sink<R, E> sink;
    private final Deque<Future<R>> results = new ArrayDeque<>();

    /** @param name of the threads */
    public OrderedWork(String name, int threads, Function<T, R> work, Sink<R, E> sink) {
        this.threads = threads;
        this.work = work;
        this.sink = sink;
        workers = Executors.newFixedThreadPool(threads, task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Hands an item over, and takes the oldest result if enough items are waiting. Throws what the work on that one
     * threw.
     */
    public void add(T item) throws E {
        results.add(workers.submit(() -> work.apply(item)));
        if (results.size() > 2 * threads) {
            takeOldest();
        }
    }

    /**
     * Hands over all items, as many together as reach a size: work on each by itself would be too little.
     *
     * @param sizeOf an item's share of a task
     * @param task   the size from which on items are handed over
     */
    public static <I, R, E extends Exception> void inTasks(OrderedWork<List<I>, R, E> work, Iterator<I> items,
            ToIntFunction<I> sizeOf, int task) throws E {
        List<I> together = new ArrayList<>();
        int size = 0;
        while (items.hasNext()) {
            I item = items.next();
            together.add(item);
            size += sizeOf.applyAsInt(item);
            if (size >= task) {
                work.add(together);
                together = new ArrayList<>();
                size = 0;
            }
        }
        work.add(together);
        work.finish();
    }

    public void finish() throws E {
        while (!results.isEmpty()) {
            takeOldest();
        }
    }

    private void takeOldest() throws E {
        R result;
        try {
            result = results.remove().get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw e.getCause() instanceof RuntimeException failure ? failure : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("interrupted while the text was read");
        }
        sink.take(result);
    }

    /** Ends the threads; what is not finished is given up. */
    @Override
    public void close() {
        workers.shutdownNow();
    }
}
