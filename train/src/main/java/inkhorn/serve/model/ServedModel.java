package inkhorn.serve.model;

import inkhorn.generate.NextLogits;
import inkhorn.generate.TrainedModel;
import inkhorn.generate.batching.ContinuousBatch;
import inkhorn.generate.batching.TextOrder;
import inkhorn.serve.RequestException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * A model that the server has opened.
 *
 * @param name    by which clients ask for it
 * @param path    of its run or checkpoint
 * @param trained only to be computed with in {@link #compute}
 * @param thread  the thread that computes with it
 * @param batches the texts that are being written on it
 */
public record ServedModel(String name, Path path, TrainedModel trained, ComputeThread thread, Batches batches) {

    /** As {@link ComputeThread#compute}. */
    public <T> T compute(Callable<T> task) throws Exception {
        return thread.compute(task);
    }

    /**
     * Writes texts, each in the batch of all that are written with this model.
     *
     * @return a place for each, in order
     * @throws RequestException when too many texts would wait, or the server ends
     */
    public List<ContinuousBatch.Place> write(List<TextOrder> orders) {
        return batches.submit(trained.model(), orders);
    }

    /** Logits for one who writes with the model, a task of {@link #compute} for each token. */
    public NextLogits logits() {
        return ComputedLogits.of(trained.model(), thread);
    }
}
