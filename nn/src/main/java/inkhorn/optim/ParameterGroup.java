package inkhorn.optim;

import inkhorn.autograd.Tensor;

/**
 * What is special about the updates of some parameters; a parameter of no group has {@link #USUAL}.
 *
 * @param lrScale the learning rate is multiplied by it, at least 0
 * @param weightDecay in place of {@link Hyperparameters#weightDecay()}, for vectors too; null for the usual one, which
 *     only tensors of rank 2 and more have
 */
public record ParameterGroup(double lrScale, Double weightDecay) {
    /** As the hyperparameters say. */
    public static final ParameterGroup USUAL = new ParameterGroup(1, null);

    double decay(Tensor weights, Hyperparameters hyper) {
        return weightDecay != null ? weightDecay : weights.shape().rank() >= 2 ? hyper.weightDecay() : 0;
    }
}
