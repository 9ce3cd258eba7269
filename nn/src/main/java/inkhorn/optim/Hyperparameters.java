package inkhorn.optim;

/**
 * The numbers that an {@link Optimizer} is made with and that stay the same from step to step. Which of them an
 * optimizer reads, {@link Optimizers#hyperparameters()} says; it ignores the others.
 *
 * @param beta1       first decay rate of a running mean, in [0, 1)
 * @param beta2       second decay rate, in [0, 1)
 * @param eps         added to the denominator of an update, above 0
 * @param weightDecay decoupled weight decay: the share of a weight that a step with learning rate 1 takes away
 * @param muonMomentum decay rate of Muon's running mean, in [0, 1)
 */
public record Hyperparameters(double beta1, double beta2, double eps, double weightDecay, double muonMomentum) {
    /** The momentum of Jordan et al. 2024. */
    private static final double MUON_MOMENTUM = 0.95;

    /** With the usual momentum of Muon, for optimizers that have none. */
    public Hyperparameters(double beta1, double beta2, double eps, double weightDecay) {
        this(beta1, beta2, eps, weightDecay, MUON_MOMENTUM);
    }

    /** @throws IllegalArgumentException naming the value that is out of range */
    public Hyperparameters {
        if (!(beta1 >= 0 && beta1 < 1) || !(beta2 >= 0 && beta2 < 1)) {
            throw new IllegalArgumentException(
                    "beta1 and beta2 must be at least 0 and below 1, found " + beta1 + " and " + beta2);
        }
        if (!(muonMomentum >= 0 && muonMomentum < 1)) {
            throw new IllegalArgumentException(
                    "muon_momentum must be at least 0 and below 1, found " + muonMomentum);
        }
        if (!(eps > 0) || !(weightDecay >= 0)) {
            throw new IllegalArgumentException(
                    "eps must be above 0 and weight_decay at least 0, found " + eps + " and " + weightDecay);
        }
    }
}
