package inkhorn.train.log;

import inkhorn.train.Evaluation;
import inkhorn.train.RunRecord;
import inkhorn.train.TrainEvent;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The numbers of a record under the names that TensorBoard and MLflow show. The part of a name before a / groups the
 * charts.
 */
final class Scalars {

    static final String VALIDATION_LOSS = "loss/val";
    static final String TRAINING_LOSS = "loss/train";

    private Scalars() {
    }

    /** By name; a number that is not known is left out. */
    static Map<String, Double> of(RunRecord record) {
        Map<String, Double> scalars = new LinkedHashMap<>();
        if (record instanceof TrainEvent.Stepped step) {
            scalars.put(TRAINING_LOSS, step.loss());
            scalars.put("lr", step.lr());
            scalars.put("grad_norm", step.gradNorm());
            scalars.put("step_ms", step.stepMs());
            scalars.put("tokens_per_s", step.tokensPerS());
            if (!Double.isNaN(step.peakShare())) {
                scalars.put("peak_share", step.peakShare());
            }
            if (!Double.isNaN(step.waitShare())) {
                scalars.put("wait_share", step.waitShare());
            }
        } else if (record instanceof Evaluation.Losses losses) {
            scalars.put("loss/train_eval", losses.trainLoss());
            scalars.put(VALIDATION_LOSS, losses.valLoss());
            scalars.put("bits_per_byte/val", losses.valBitsPerByte());
            if (!Double.isNaN(losses.rawValLoss())) {
                scalars.put("loss/val_raw", losses.rawValLoss());
            }
        }
        return scalars;
    }
}
