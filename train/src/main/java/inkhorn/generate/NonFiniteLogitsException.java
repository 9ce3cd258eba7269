package inkhorn.generate;

/**
 * A model computed a logit that is no number to choose by: NaN or positive infinity. Its weights are damaged, by a
 * failed training or afterwards.
 */
public final class NonFiniteLogitsException extends RuntimeException {
    NonFiniteLogitsException(int id, float logit) {
        super("the model computes " + logit + " as the logit of token " + id
                + ", so its weights are damaged; use an earlier checkpoint");
    }
}
