package inkhorn.train;

import inkhorn.autograd.Backward;
import inkhorn.autograd.IntTensor;
import inkhorn.autograd.Scope;
import inkhorn.autograd.Tensor;
import inkhorn.autograd.ops.CrossEntropy;
import inkhorn.checkpoint.Checkpoint;
import inkhorn.checkpoint.CheckpointException;
import inkhorn.checkpoint.ModelFiles;
import inkhorn.data.Batch;
import inkhorn.nn.LanguageModel;
import inkhorn.nn.Parameter;
import inkhorn.nn.Pass;
import inkhorn.optim.AdamW;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Recomputes what PyTorch computed for a small model: logits, loss and gradients of one batch, then the losses, gradient
 * norms and parameters of successive training steps on it (after llm.c's {@code test_gpt2.c}).
 */
public final class Parity {

    private static final double LOGITS = 1e-4;
    private static final double LOSS = 1e-5;
    private static final double GRADIENT = 1e-4;
    private static final double STEP_LOSS = 1e-4;
    private static final double GRADIENT_NORM = 1e-4;
    private static final double PARAMETER = 5e-4;

    private final ParityReference reference;
    private final LanguageModel model;
    private final List<Parameter> parameters;
    private final IntTensor ids;
    private final IntTensor labels;
    private final List<ParityRow> rows = new ArrayList<>();

    private Parity(ParityReference reference, LanguageModel model) {
        this.reference = reference;
        this.model = model;
        this.parameters = model.namedParameters();
        this.ids = reference.ids("input_ids");
        this.labels = reference.ids("labels");
    }

    /**
     * Compares everything in {@code golden.safetensors} of a directory that also holds {@code model.safetensors},
     * {@code config.json} and {@code optimizer.json}.
     *
     * @throws CheckpointException (the user's error) where a file is missing, damaged or not of this model
     */
    public static ParityReport run(Path directory) {
        Checkpoint checkpoint = Checkpoint.open(directory);
        Map<String, Object> config = ModelFiles.config(checkpoint);
        // A reference is computed without dropout, as its masks are another generator's.
        config.keySet().removeIf(key -> key.endsWith("_pdrop"));
        try (ParityReference reference = ParityReference.open(directory)) {
            return new Parity(reference, ModelFiles.load(checkpoint, config)).compare();
        }
    }

    private ParityReport compare() {
        reference.requireKnown(parameters);
        try (Scope run = Scope.open()) {
            comparePassOnCheckedInput();
            compareSteps();
        }
        return new ParityReport(rows);
    }

    private void comparePassOnCheckedInput() {
        try {
            compareOnePass();
        } catch (IllegalArgumentException e) {
            throw reference.wrong("input_ids and labels do not fit the model: " + e.getMessage());
        }
    }

    private void compareOnePass() {
        try (Scope pass = Scope.open()) {
            Tensor logits = model.logits(ids, Pass.evaluation());      // (B, T, V)
            Tensor loss = CrossEntropy.apply(logits, labels);
            rows.add(ParityRow.absolute("logits", logits.data(), reference.floats("logits", logits.size()), LOGITS));
            rows.add(ParityRow.absolute("loss", loss.data(), reference.floats("loss", 1), LOSS));
            Backward.from(loss);
        }
        for (Parameter parameter : parameters) {
            String name = ParityReference.GRADIENT + parameter.name();
            float[] expected = reference.floats(name, parameter.tensor().size());
            rows.add(ParityRow.relative(name, parameter.tensor().grad(), expected, GRADIENT));
        }
    }

    private void compareSteps() {
        int steps = reference.steps();
        float[] losses = new float[steps];
        float[] norms = new float[steps];
        TrainStep training = new TrainStep(model, new AdamW(parameters, reference.hyperparameters()),
                step -> reference.learningRate(), reference.gradClip(), 0);
        Batch batch = new Batch(ids.data(), labels.data(), ids.shape().dim(0), ids.shape().dim(1));
        for (int step = 0; step < steps; step++) {
            TrainStep.Result result = training.run(step, batch);
            losses[step] = (float) result.loss();
            norms[step] = (float) result.gradNorm();
        }
        rows.add(ParityRow.absolute("losses", losses, reference.floats("losses", steps), STEP_LOSS));
        rows.add(ParityRow.relativeEach("grad_norms", norms, reference.floats("grad_norms", steps), GRADIENT_NORM));
        for (Parameter parameter : parameters) {
            String name = ParityReference.FINAL + parameter.name();
            float[] expected = reference.floats(name, parameter.tensor().size());
            rows.add(ParityRow.absolute(name, parameter.tensor().data(), expected, PARAMETER));
        }
    }
}
