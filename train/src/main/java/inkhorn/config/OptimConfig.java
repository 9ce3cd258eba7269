package inkhorn.config;

/**
 * Section {@code optim}: AdamW, its learning-rate schedule and the clipping of gradients.
 *
 * @param lr           highest learning rate, reached after the warm-up
 * @param minLr        lowest learning rate, where the schedule ends; {@code lr / 10} if null is given, as nanoGPT advises
 * @param warmupIters  steps over which the learning rate rises from near 0
 * @param lrDecayIters step at which {@code minLr} is reached; for null, {@link RunConfig} puts {@code train.max_iters}, or
 *                     {@code warmupIters} where the run ends sooner
 * @param schedule     how the learning rate falls after the warm-up
 * @param weightDecay  decoupled, on tensors of rank 2 and above
 * @param beta1        AdamW's decay of the first moment
 * @param beta2        AdamW's decay of the second moment
 * @param eps          AdamW's epsilon
 * @param gradClip     largest global norm of the gradients; 0 = no clipping
 */
public record OptimConfig(
        double lr, Double minLr, int warmupIters, Integer lrDecayIters, Schedule schedule, double weightDecay,
        double beta1, double beta2, double eps, double gradClip) {

    /** {@code WSD}: warm-up, stable, decay (arXiv:2404.06395). */
    public enum Schedule { COSINE, LINEAR, CONSTANT, WSD }

    public OptimConfig {
        minLr = minLr == null ? Double.valueOf(lr / 10) : minLr;
        new Check("optim")
                .above("lr", lr, 0)
                .atLeast("min_lr", minLr, 0)
                .that(!(minLr > lr && lr > 0), "min_lr", "found " + minLr + ", above optim.lr of " + lr + "; lower it or raise lr",
                        "optim.lr")
                .atLeast("warmup_iters", warmupIters, 0)
                .atLeast("lr_decay_iters", lrDecayIters == null ? 1 : lrDecayIters, 1)
                .present("schedule", schedule, Scalar.oneOf(Schedule.class))
                .that(schedule == Schedule.CONSTANT || lrDecayIters == null || lrDecayIters < 1 || lrDecayIters >= warmupIters, "lr_decay_iters",
                        "found " + lrDecayIters + ", below optim.warmup_iters of " + warmupIters + "; raise it, lower warmup_iters,"
                        + " or leave it out", "optim.warmup_iters")
                .atLeast("weight_decay", weightDecay, 0)
                .within("beta1", beta1, 0, 1)
                .within("beta2", beta2, 0, 1)
                .above("eps", eps, 0)
                .atLeast("grad_clip", gradClip, 0)
                .done();
    }

    /** nanoGPT's train.py, with the learning rate and warm-up of its config/train_shakespeare_char.py. */
    public static OptimConfig defaults() {
        return new OptimConfig(1e-3, null, 100, null, Schedule.COSINE, 0.1, 0.9, 0.95, 1e-8, 1.0);
    }

    OptimConfig withLrDecayIters(int steps) {
        return new OptimConfig(lr, minLr, warmupIters, steps, schedule, weightDecay, beta1, beta2, eps, gradClip);
    }
}
