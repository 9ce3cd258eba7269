package inkhorn.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import inkhorn.autograd.IntTensor;
import inkhorn.checkpoint.CheckpointException;
import inkhorn.checkpoint.JsonFile;
import inkhorn.checkpoint.SafetensorsReader;
import inkhorn.nn.Parameter;
import inkhorn.optim.Hyperparameters;
import java.io.Closeable;
import java.nio.file.Path;
import java.util.List;

/**
 * The results of another implementation: {@code golden.safetensors}, with {@code optimizer.json} in the same directory.
 */
final class ParityReference implements Closeable {

    static final String GRADIENT = "grad.";
    static final String FINAL = "final.";
    private static final List<String> PLAIN = List.of("input_ids", "labels", "logits", "loss", "losses", "grad_norms");

    private final Path file;
    private final Path optimizerFile;
    private final SafetensorsReader values;
    private final ObjectNode optimizer;

    private ParityReference(Path file, Path optimizerFile, SafetensorsReader values, ObjectNode optimizer) {
        this.file = file;
        this.optimizerFile = optimizerFile;
        this.values = values;
        this.optimizer = optimizer;
    }

    static ParityReference open(Path directory) {
        Path file = directory.resolve("golden.safetensors");
        Path optimizerFile = directory.resolve("optimizer.json");
        ObjectNode optimizer = JsonFile.read(optimizerFile);
        return new ParityReference(file, optimizerFile, SafetensorsReader.open(file), optimizer);
    }

    /** Token ids or labels, (B, T). */
    IntTensor ids(String name) {
        return IntTensor.of(values.readInts(name), values.info(name).shape());
    }

    /** @throws CheckpointException where there is no such tensor, or it has another number of values */
    float[] floats(String name, int size) {
        if (values.info(name).elements() != size) {
            throw wrong(values.info(name) + " has " + values.info(name).elements() + " values where " + size
                    + " are needed");
        }
        return values.read(name).data();
    }

    /** A silent omission would look like agreement: every tensor must be one that is compared. */
    void requireKnown(List<Parameter> parameters) {
        List<String> names = parameters.stream().map(Parameter::name).toList();
        for (String name : values.names()) {
            boolean known = PLAIN.contains(name)
                    || name.startsWith(GRADIENT) && names.contains(name.substring(GRADIENT.length()))
                    || name.startsWith(FINAL) && names.contains(name.substring(FINAL.length()));
            if (!known) {
                throw wrong("\"" + name + "\" is nothing that the model has");
            }
        }
    }

    Hyperparameters hyperparameters() {
        double beta1 = number("beta1");
        double beta2 = number("beta2");
        double eps = number("eps");
        double decay = number("weight_decay");
        try {
            return new Hyperparameters(beta1, beta2, eps, decay);
        } catch (IllegalArgumentException e) {
            throw CheckpointException.userError(optimizerFile + ": " + e.getMessage() + "; correct it", e);
        }
    }

    double learningRate() {
        return number("lr");
    }

    double gradClip() {
        double clip = number("grad_clip");
        if (!(clip >= 0)) {
            throw CheckpointException.userError(optimizerFile + ": grad_clip is " + clip + ", expected a number >= 0");
        }
        return clip;
    }

    /** How many steps were made: the length of {@code losses}. */
    int steps() {
        long steps = values.info("losses").elements();
        if (steps > 100_000) {
            throw wrong("losses has " + steps + " steps, at most 100000 are recomputed");
        }
        return (int) steps;
    }

    CheckpointException wrong(String what) {
        return CheckpointException.userError(file + ": " + what + "; use the file that belongs to this model");
    }

    private double number(String key) {
        JsonNode value = optimizer.path(key);
        if (!value.isNumber()) {
            throw CheckpointException.userError(optimizerFile + ": " + key + " is "
                    + (value.isMissingNode() ? "missing" : value) + ", expected a number");
        }
        return value.doubleValue();
    }

    @Override
    public void close() {
        values.close();
    }
}
