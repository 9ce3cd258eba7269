package inkhorn.train;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * The progress of a run. Together with the weights, the optimizer's moments and the config, it is all that a resume
 * needs to compute the same bits.
 *
 * @param step updates made
 * @param optimizerSteps the optimizer's own count, for its bias correction
 * @param bestValLoss the lowest validation loss yet, infinite before the first evaluation
 * @param bestStep where it was measured
 * @param evalsSinceBest evaluations since then, for early stopping
 * @param evaluatedStep the last step whose evaluation is counted in the three values above
 */
public record RunState(long step, long optimizerSteps, double bestValLoss, long bestStep, int evalsSinceBest,
                       long evaluatedStep) {

    /** The state before the first step. */
    public static final RunState START = new RunState(0, 0, Double.POSITIVE_INFINITY, 0, 0, 0);

    RunState stepped(long optimizerStepsNow) {
        return new RunState(step + 1, optimizerStepsNow, bestValLoss, bestStep, evalsSinceBest, evaluatedStep);
    }

    RunState evaluated(double valLoss) {
        return valLoss < bestValLoss
                ? new RunState(step, optimizerSteps, valLoss, step, 0, step)
                : new RunState(step, optimizerSteps, bestValLoss, bestStep, evalsSinceBest + 1, step);
    }

    /** The same run on another validation split, whose losses do not compare: the next evaluation is the best yet. */
    RunState withoutEvaluations() {
        return new RunState(step, optimizerSteps, Double.POSITIVE_INFINITY, 0, 0, step);
    }

    /** Whether this step's evaluation is counted. */
    boolean isEvaluated() {
        return evaluatedStep == step;
    }

    /** Whether no evaluation yet gave a lower validation loss than that of this step. */
    boolean isBest() {
        return isEvaluated() && bestStep == step;
    }

    /** For {@code trainer.json}. */
    ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("step", step);
        json.put("optimizer_steps", optimizerSteps);
        if (Double.isFinite(bestValLoss)) {
            json.put("best_val_loss", bestValLoss);
        }
        json.put("best_step", bestStep);
        json.put("evals_since_best", evalsSinceBest);
        json.put("evaluated_step", evaluatedStep);
        return json;
    }

    /** What {@link #toJson} has written. */
    static RunState of(byte[] json) {
        try {
            return of((ObjectNode) new ObjectMapper().readTree(json));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A file without {@code evaluated_step} was written after the evaluation of its step. */
    static RunState of(ObjectNode json) {
        return new RunState(json.path("step").asLong(), json.path("optimizer_steps").asLong(),
                json.path("best_val_loss").asDouble(Double.POSITIVE_INFINITY), json.path("best_step").asLong(),
                json.path("evals_since_best").asInt(),
                json.path("evaluated_step").asLong(json.path("step").asLong()));
    }
}
