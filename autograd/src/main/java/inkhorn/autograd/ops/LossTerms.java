package inkhorn.autograd.ops;

/**
 * What a cross-entropy is made of beside {@code -log p(target)}: {@code Σ q·(-log p) + zLoss · log²(Z)}, with q the
 * target's {@code 1 - labelSmoothing} and {@code labelSmoothing / V} for every token (Szegedy et al. 2016, 7;
 * PyTorch's {@code label_smoothing}), and Z the sum of exp(logit) (Chowdhery et al. 2022, 5).
 *
 * @param labelSmoothing in [0, 1)
 * @param zLoss          a finite number from 0 on
 */
public record LossTerms(double labelSmoothing, double zLoss) {
    /** The plain cross-entropy. */
    public static final LossTerms NONE = new LossTerms(0, 0);

    public LossTerms {
        if (!(labelSmoothing >= 0 && labelSmoothing < 1) || !(zLoss >= 0) || Double.isInfinite(zLoss)) {
            throw new IllegalArgumentException("loss: label smoothing must be in [0, 1) and the z-loss >= 0,"
                    + " found " + labelSmoothing + " and " + zLoss);
        }
    }
}
