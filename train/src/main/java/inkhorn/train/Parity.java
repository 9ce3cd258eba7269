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
import inkhorn.nn.hf.HuggingFace;
import inkhorn.optim.AdamW;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Repeats PyTorch's computations for a small model: logits, loss and gradients of one batch, then the losses, gradient
 * norms and parameters of successive training steps on that batch (after llm.c's {@code test_gpt2.c}).
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
    private final List<Agreement> rows = new ArrayList<>();

    /**
     * One comparison with reference values.
     *
     * @param name what was compared
     * @param worst largest difference of an entry; NaN where one is not a number
     * @param bound largest difference allowed
     * @param relative whether both are shares of the reference's largest entry
     */
    public record Agreement(String name, double worst, double bound, boolean relative) {

        static Agreement absolute(String name, float[] found, float[] expected, double bound) {
            return new Agreement(name, worst(found, expected), bound, false);
        }

        static Agreement relative(String name, float[] found, float[] expected, double bound) {
            double largest = 0;
            for (float value : expected) {
                largest = Math.max(largest, Math.abs(value));
            }
            // All zero: then a share has no meaning, and the difference itself stands for it.
            return new Agreement(name, worst(found, expected) / (largest == 0 ? 1 : largest), bound, true);
        }

        /** As {@link #relative}, each entry against its own size. */
        static Agreement relativeEach(String name, float[] found, float[] expected, double bound) {
            double worst = 0;
            for (int i = 0; i < expected.length; i++) {
                double size = expected[i] == 0 ? 1 : Math.abs(expected[i]);
                worst = Math.max(worst, Math.abs((double) found[i] - expected[i]) / size);
            }
            return new Agreement(name, worst, bound, true);
        }

        /** Whether the difference is within its bound; NaN is not. */
        public boolean passes() {
            return worst <= bound;
        }

        private static double worst(float[] found, float[] expected) {
            double worst = 0;
            for (int i = 0; i < expected.length; i++) {
                // Math.max hands a NaN on.
                worst = Math.max(worst, Math.abs((double) found[i] - expected[i]));
            }
            return worst;
        }
    }

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
    public static Parity run(Path directory) {
        Checkpoint checkpoint = Checkpoint.open(directory);
        // A reference is computed without dropout, as its masks are another generator's.
        Map<String, Object> config = HuggingFace.withoutDropout(ModelFiles.config(checkpoint));
        try (ParityReference reference = ParityReference.open(directory)) {
            return new Parity(reference, ModelFiles.load(checkpoint, config)).compare();
        }
    }

    private Parity compare() {
        reference.requireKnown(parameters);
        try (Scope run = Scope.open()) {
            comparePassOnCheckedInput();
            compareSteps();
        }
        return this;
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
            rows.add(Agreement.absolute("logits", logits.data(), reference.floats("logits", logits.size()), LOGITS));
            rows.add(Agreement.absolute("loss", loss.data(), reference.floats("loss", 1), LOSS));
            Backward.from(loss);
        }
        for (Parameter parameter : parameters) {
            String name = ParityReference.GRADIENT + parameter.name();
            float[] expected = reference.floats(name, parameter.tensor().size());
            rows.add(Agreement.relative(name, parameter.tensor().grad(), expected, GRADIENT));
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
        rows.add(Agreement.absolute("losses", losses, reference.floats("losses", steps), STEP_LOSS));
        rows.add(Agreement.relativeEach("grad_norms", norms, reference.floats("grad_norms", steps), GRADIENT_NORM));
        for (Parameter parameter : parameters) {
            String name = ParityReference.FINAL + parameter.name();
            float[] expected = reference.floats(name, parameter.tensor().size());
            rows.add(Agreement.absolute(name, parameter.tensor().data(), expected, PARAMETER));
        }
    }

    /** Every comparison that was made. */
    public List<Agreement> rows() {
        return List.copyOf(rows);
    }

    /** The rows that are out of bounds. */
    public List<Agreement> failures() {
        return rows.stream().filter(row -> !row.passes()).toList();
    }

    /** One line a comparison, under a heading. */
    public String table() {
        int width = Math.max(4, rows.stream().mapToInt(row -> row.name().length()).max().orElse(0));
        String format = "%-" + width + "s  %12s  %9s  %-8s  %s%n";
        String heading = format.formatted("what", "worst", "bound", "measure", "");
        StringBuilder table = new StringBuilder(heading.stripTrailing());
        table.append(System.lineSeparator());
        for (Agreement row : rows) {
            table.append(String.format(Locale.ROOT, format, row.name(), number(row.worst(), 3), number(row.bound(), 0),
                    row.relative() ? "relative" : "absolute", row.passes() ? "ok" : "OUT OF BOUNDS"));
        }
        return table.toString();
    }

    private static String number(double value, int digits) {
        return Double.isFinite(value) ? String.format(Locale.ROOT, "%." + digits + "e", value) : String.valueOf(value);
    }
}
