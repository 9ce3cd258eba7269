package inkhorn.plan;

import inkhorn.autograd.Rng;
import inkhorn.autograd.Scope;
import inkhorn.autograd.Shape;
import inkhorn.autograd.Tensor;
import inkhorn.config.RunConfig;
import inkhorn.config.TrainConfig;
import inkhorn.nn.LanguageModel;
import inkhorn.nn.hf.HuggingFace;
import inkhorn.optim.Optimizer;
import inkhorn.train.Models;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The bytes that a run writes to disk. The sizes are those of the tensors of the model and the optimizer, which are
 * made on shapes alone.
 *
 * @param checkpoint one checkpoint
 * @param saves      how often one is written, the last one included
 * @param kept       how many there are at the end
 * @param directory  the run's directory at the end
 * @param peak       while a checkpoint is written beside those that are kept
 */
public record DiskUse(long checkpoint, long saves, long kept, long directory, long peak) {

    /** The small files of a checkpoint: config, tokenizer of a small vocabulary, state, hashes. */
    private static final long SMALL_FILES = 8 << 10;

    /** A token of a vocabulary in {@code tokenizer.json}, with its merge. */
    private static final long BYTES_OF_A_TOKEN = 40;

    private static final long BYTES_OF_A_LOG_LINE = 160;

    /** {@code "dtype":"F32","shape":[…],"data_offsets":[…]}. */
    private static final long BYTES_OF_A_HEADER_ENTRY = 60;
    private static final int HEADER_NUMBER = 11;

    /** Of a run from its first step to its last. */
    public static DiskUse of(RunConfig config, int vocabSize) {
        long checkpoint = SMALL_FILES + BYTES_OF_A_TOKEN * vocabSize;
        try (Scope shapes = Scope.openOnShapes()) {
            LanguageModel model = Models.trainable(config.model().create(vocabSize, new Rng(0)), config);
            Optimizer optimizer = Models.optimizer(model, config.optim());
            // With adapters, a checkpoint holds these alone.
            checkpoint += bytes(shapes(optimizer.state()))
                    + (config.optim().emaDecay() > 0 ? 4 * model.trainedCount() : 0)
                    + (config.lora().isOn() ? 4 * model.trainedCount() : bytes(HuggingFace.shapes(model)));
        }
        TrainConfig train = config.train();
        long steps = train.maxIters();
        long evaluations = evaluations(train);
        long regular = due(train.checkpointInterval(), steps);
        // An evaluation that is the best yet saves too; where both are due at a step, once.
        long saves = Math.max(1, train.checkpointInterval() == 0 ? evaluations
                : regular + (train.evalInterval() == 0 || train.evalInterval() % train.checkpointInterval() == 0 ? 0
                : evaluations));
        saves = Math.max(saves, 1);
        long kept = Math.min(saves, train.keep());
        // The best one is kept besides, if it is none of the last.
        kept = Math.min(saves, evaluations > 0 ? kept + 1 : kept);
        long log = BYTES_OF_A_LOG_LINE * (due(train.logInterval(), steps) + evaluations);
        long directory = kept * checkpoint + log + SMALL_FILES;
        return new DiskUse(checkpoint, saves, kept, directory, directory + checkpoint);
    }

    /** How many evaluations a whole run has. */
    static long evaluations(TrainConfig train) {
        return due(train.evalInterval(), train.maxIters());
    }

    /** How often something happens that is due every {@code interval} steps and after the last one. */
    private static long due(int interval, long steps) {
        return interval == 0 ? 0 : (steps + interval - 1) / interval;
    }

    private static Map<String, int[]> shapes(Map<String, Tensor> tensors) {
        Map<String, int[]> shapes = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> shapes.put(name, tensor.shape().dims()));
        return shapes;
    }

    private static long bytes(Map<String, int[]> tensors) {
        long bytes = 0;
        for (Map.Entry<String, int[]> tensor : tensors.entrySet()) {
            int[] dims = tensor.getValue();
            bytes += 4L * Shape.of(dims).size() + BYTES_OF_A_HEADER_ENTRY + tensor.getKey().length()
                    + 2 * HEADER_NUMBER + Arrays.toString(dims).length();
        }
        return bytes;
    }
}
