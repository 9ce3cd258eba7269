package inkhorn.serve.model;

import inkhorn.generate.TrainedModel;
import java.nio.file.Path;
import java.util.concurrent.Callable;

/**
 * A model that the server has opened.
 *
 * @param name    by which clients ask for it
 * @param path    of its run or checkpoint
 * @param trained only to be computed with in {@link #compute}
 * @param thread  the thread that computes with it
 */
public record ServedModel(String name, Path path, TrainedModel trained, ComputeThread thread) {

    /** As {@link ComputeThread#compute}. */
    public <T> T compute(Callable<T> task) throws Exception {
        return thread.compute(task);
    }
}
