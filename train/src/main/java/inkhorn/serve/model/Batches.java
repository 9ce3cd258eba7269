package inkhorn.serve.model;

import inkhorn.generate.batching.BatchFullException;
import inkhorn.generate.batching.Capacity;
import inkhorn.generate.batching.ContinuousBatch;
import inkhorn.generate.batching.TextOrder;
import inkhorn.nn.LanguageModel;
import inkhorn.serve.RequestException;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * The texts that are being generated. All texts of one model are in one batch, which exists as long as it has a text.
 */
public final class Batches implements ComputeThread.Steps {

    private static final long GRACE_MS = 2_000;
    private static final long POLL_MS = 20;

    private final Map<LanguageModel, ContinuousBatch> running = new IdentityHashMap<>();
    private final ComputeThread thread;
    private boolean isClosing;
    private volatile boolean isCut;

    Batches(ComputeThread thread) {
        this.thread = thread;
        thread.addSteps(this);
    }

    /**
     * Takes all of these orders or none.
     *
     * @throws RequestException when too many texts would wait, or the server ends
     */
    List<ContinuousBatch.Place> submit(LanguageModel model, List<TextOrder> orders) {
        List<ContinuousBatch.Place> places;
        synchronized (this) {
            if (isClosing) {
                throw RequestException.busy("the server ends");
            }
            ContinuousBatch batch = running.get(model);
            batch = batch != null ? batch : new ContinuousBatch(model, Capacity.of(model));
            try {
                places = batch.submit(orders);
            } catch (BatchFullException e) {
                throw RequestException.busy(e.getMessage());
            }
            running.put(model, batch);
        }
        thread.wake();
        return places;
    }

    @Override
    public boolean step() {
        List<ContinuousBatch> batches;
        synchronized (this) {
            batches = List.copyOf(running.values());
        }
        for (ContinuousBatch batch : batches) {
            if (isCut) {
                batch.fail(RequestException.busy("the server ends"));
            } else {
                batch.step();
            }
        }
        synchronized (this) {
            running.values().removeIf(batch -> !batch.hasTexts());
            return !running.isEmpty();
        }
    }

    /** Takes nothing on, lets what is being written end for two seconds, and cuts off the rest. */
    void close() {
        synchronized (this) {
            isClosing = true;
        }
        try {
            for (long waited = 0; waited < GRACE_MS && isBusy(); waited += POLL_MS) {
                Thread.sleep(POLL_MS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        isCut = true;
        thread.wake();
    }

    private synchronized boolean isBusy() {
        return !running.isEmpty();
    }
}
