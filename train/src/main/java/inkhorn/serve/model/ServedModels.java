package inkhorn.serve.model;

import inkhorn.checkpoint.CheckpointException;
import inkhorn.data.DataException;
import inkhorn.generate.TrainedModel;
import inkhorn.serve.RequestException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The models that the server offers, by name. A model is read when it is first requested; the most recently used models
 * stay open.
 */
public final class ServedModels implements AutoCloseable {

    private static final int OPEN = 4;

    private final Map<String, Path> offered;
    private final Map<String, ServedModel> open = new LinkedHashMap<>(OPEN, 0.75f, true);
    private final ComputeThread thread = ComputeThread.start();
    private final Batches batches = new Batches(thread);

    private final String refusal;

    /** @param offered runs or checkpoints by the names that clients use; the first is the default */
    public ServedModels(Map<String, Path> offered) {
        this(offered, null);
    }

    private ServedModels(Map<String, Path> offered, String refusal) {
        this.offered = new LinkedHashMap<>(offered);
        this.refusal = refusal;
    }

    /** No models: whoever asks for one is told why, with status 503. */
    public static ServedModels refusing(String why) {
        return new ServedModels(Map.of(), why);
    }

    public List<String> names() {
        return List.copyOf(offered.keySet());
    }

    /**
     * The run or checkpoint of a model.
     *
     * @throws RequestException where there is none of this name
     */
    public Path path(String name) {
        Path path = offered.get(name);
        if (path == null) {
            throw RequestException.of(404, "model_not_found", "model: found " + name + ", expected one of "
                    + String.join(", ", names()));
        }
        return path;
    }

    /** Takes no more texts on, lets those that are being written end for two seconds, and cuts off the rest. */
    public void endTexts() {
        batches.close();
    }

    /** The thread that computes with all of them. */
    public ComputeThread thread() {
        return thread;
    }

    /**
     * @param name null for the default
     * @throws RequestException where there is none of this name, its files are damaged, or all are refused
     */
    public synchronized ServedModel get(String name) {
        if (refusal != null) {
            throw RequestException.busy(refusal);
        }
        if (offered.isEmpty()) {
            throw RequestException.notFound("no model is served; start the server with a run or a checkpoint");
        }
        String wanted = name == null ? names().get(0) : name;
        Path path = path(wanted);
        ServedModel model = open.get(wanted);
        if (model == null) {
            try {
                model = new ServedModel(wanted, path, TrainedModel.open(path), thread, batches);
            } catch (CheckpointException | DataException e) {
                throw RequestException.of(500, "model_unreadable", e.getMessage());
            }
            open.put(wanted, model);
            if (open.size() > OPEN) {
                open.remove(open.keySet().iterator().next());
            }
        }
        return model;
    }

    @Override
    public void close() {
        thread.close();
    }
}
