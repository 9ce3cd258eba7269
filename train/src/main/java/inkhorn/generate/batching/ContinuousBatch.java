package inkhorn.generate.batching;

import inkhorn.generate.CachedLogits;
import inkhorn.generate.TextBatch;
import inkhorn.generate.TextBatch.GrowingText;
import inkhorn.generate.TextSoFar;
import inkhorn.nn.LanguageModel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Takes orders from any thread, and writes them side by side on the thread that calls {@link #step}. An order waits
 * until a place is free. What goes wrong with one text ends that text and no other.
 */
public final class ContinuousBatch {
    private final Capacity capacity;
    private final TextBatch batch;
    /** Those in the batch; only the computing thread changes it, with the lock. */
    private final List<Place> inside = new ArrayList<>();
    private final Deque<Place> queue = new ArrayDeque<>();

    public ContinuousBatch(LanguageModel model, Capacity capacity) {
        this.capacity = capacity;
        this.batch = new TextBatch(model, CachedLogits.of(model), capacity.tokensToRead());
    }

    /** A text that waits or grows. */
    public final class Place {
        private final TextOrder order;
        private final GrowingText text;
        private Throwable failure;

        private Place(TextOrder order) {
            this.order = order;
            this.text = new GrowingText(order.text(), this::choose, order.seed(), order.sequence(), order.limits(),
                    this::accept);
        }

        /** Gives the place up, from any thread; of a text that has ended nothing is left to give up. */
        public void leave() {
            text.leave();
            synchronized (ContinuousBatch.this) {
                queue.remove(this);
            }
        }

        private int choose(float[] logits, TextSoFar before, double uniform) {
            try {
                return order.sampler().choose(logits, before, uniform);
            } catch (RuntimeException e) {
                failure = e;
                return -1;
            }
        }

        private boolean accept(int id, float[] logits) {
            try {
                return order.out().accept(id, logits);
            } catch (RuntimeException e) {
                failure = e;
                return false;
            }
        }

        private void end() {
            if (failure == null) {
                order.out().ended(text.finished());
            } else {
                order.out().failed(failure);
            }
        }
    }

    /**
     * Takes all of these orders or none.
     *
     * @return a place for each, in order
     * @throws BatchFullException when too many texts would wait
     */
    public synchronized List<Place> submit(List<TextOrder> orders) {
        int free = capacity.texts() - inside.size() + capacity.waiting() - queue.size();
        if (orders.size() > free) {
            throw new BatchFullException(inside.size() + " texts are being written and " + queue.size()
                    + " wait; at most " + capacity.texts() + " and " + capacity.waiting() + " can");
        }
        List<Place> places = orders.stream().map(Place::new).toList();
        queue.addAll(places);
        return places;
    }

    /** The most texts that one {@link #submit} can ask for. */
    public int most() {
        return capacity.texts() + capacity.waiting();
    }

    /** Whether a text waits or grows. */
    public synchronized boolean hasTexts() {
        return !queue.isEmpty() || !inside.isEmpty();
    }

    /** Lets those join for whom there is a place, and each of those inside grow by a token. */
    public void step() {
        letGo();
        admit();
        try {
            batch.step();
            letGo();
        } catch (RuntimeException | OutOfMemoryError | StackOverflowError e) {
            fail(e);
        }
    }

    /** Ends all texts, those that wait too. On the thread that computes. */
    public void fail(Throwable reason) {
        List<Place> all;
        synchronized (this) {
            all = new ArrayList<>(inside);
            all.addAll(queue);
            inside.clear();
            queue.clear();
        }
        batch.close();
        all.forEach(place -> place.order.out().failed(reason));
    }

    private void letGo() {
        List<Place> over = inside.stream().filter(place -> place.text.isOver()).toList();
        if (!over.isEmpty()) {
            synchronized (this) {
                inside.removeAll(over);
            }
            over.forEach(Place::end);
        }
    }

    private void admit() {
        while (true) {
            Place next;
            synchronized (this) {
                next = inside.size() < capacity.texts() ? queue.poll() : null;
                if (next == null) {
                    return;
                }
                inside.add(next);
            }
            try {
                batch.add(next.text);
            } catch (IllegalArgumentException e) {
                next.failure = e;
                next.leave();
            }
        }
    }
}
