package inkhorn.config;

import inkhorn.nn.config.Check;
import inkhorn.optim.Hyperparameters;
import inkhorn.optim.LrSchedule;
import inkhorn.optim.Optimizers;
import java.util.List;

/**
 * Section {@code optim}: the optimizer, its learning-rate schedule and the clipping of gradients.
 *
 * @param optimizer    which one; {@link Optimizers#hyperparameters()} are the keys below that it reads, and where
 *                     they are null, {@link Optimizers#defaults()} are put
 * @param lr           highest learning rate, reached after the warm-up
 * @param minLr lowest learning rate, where the schedule ends; {@code lr / 10} if null is given, as nanoGPT advises
 * @param warmupIters  steps over which the learning rate rises from near 0
 * @param lrDecayIters step at which {@code minLr} is reached; for null, {@link RunConfig} puts {@code train.max_iters},
 *                     or {@code warmupIters} where the run ends sooner
 * @param schedule     how the learning rate falls after the warm-up
 * @param cooldownIters steps over which it falls with schedule wsd; null: {@link LrSchedule#usualCooldown}
 * @param weightDecay  decoupled, on tensors of rank 2 and above
 * @param beta1        decay rate of the first moment
 * @param beta2        decay rate of the second moment
 * @param eps          added to the denominator of an update
 * @param muonMomentum decay rate of Muon's running mean of a matrix's gradient
 * @param gradClip     largest global norm of the gradients; 0 = no clipping
 * @param emaDecay     decay of the moving average of the weights; 0 = no average
 * @param groups       {@link GroupSpec}s as texts; of those that match a parameter the first counts
 */
public record OptimConfig(Optimizers optimizer, double lr, Double minLr, int warmupIters, Integer lrDecayIters,
        LrSchedule.Decay schedule, Integer cooldownIters, Double weightDecay, Double beta1, Double beta2, Double eps,
        double muonMomentum, double gradClip, double emaDecay, List<String> groups) {
    public OptimConfig {
        groups = List.copyOf(groups);
        String groupFault = groupFault(groups);
        minLr = minLr == null ? Double.valueOf(lr / 10) : minLr;
        Hyperparameters usual = (optimizer == null ? Optimizers.ADAMW : optimizer).defaults();
        weightDecay = weightDecay == null ? Double.valueOf(usual.weightDecay()) : weightDecay;
        beta1 = beta1 == null ? Double.valueOf(usual.beta1()) : beta1;
        beta2 = beta2 == null ? Double.valueOf(usual.beta2()) : beta2;
        eps = eps == null ? Double.valueOf(usual.eps()) : eps;
        boolean decays = schedule != LrSchedule.Decay.CONSTANT && lrDecayIters != null && lrDecayIters >= 1;
        boolean cools = decays && schedule == LrSchedule.Decay.WSD && cooldownIters != null
                && lrDecayIters >= warmupIters;
        new Check("optim")
                .present("optimizer", optimizer, Scalar.oneOf(Optimizers.class))
                .above("lr", lr, 0)
                .atLeast("min_lr", minLr, 0)
                .that(!(minLr > lr && lr > 0), "min_lr", "found " + minLr + ", above optim.lr of " + lr
                        + "; lower it or raise lr", "lr")
                .atLeast("warmup_iters", warmupIters, 0)
                .atLeast("lr_decay_iters", lrDecayIters == null ? 1 : lrDecayIters, 1)
                .present("schedule", schedule, Scalar.oneOf(LrSchedule.Decay.class))
                .that(!(decays && lrDecayIters < warmupIters), "lr_decay_iters", "found " + lrDecayIters
                        + ", below optim.warmup_iters of " + warmupIters + "; raise it, lower warmup_iters,"
                        + " or leave it out", "warmup_iters")
                .atLeast("cooldown_iters", cooldownIters == null ? 1 : cooldownIters, 1)
                .that(!cools || cooldownIters <= lrDecayIters - warmupIters, "cooldown_iters", "found " + cooldownIters
                        + ", more than the steps from optim.warmup_iters of " + warmupIters + " to lr_decay_iters of "
                        + lrDecayIters + "; lower it", "lr_decay_iters", "warmup_iters")
                .atLeast("weight_decay", weightDecay, 0)
                .within("beta1", beta1, 0, 1)
                .within("beta2", beta2, 0, 1)
                .above("eps", eps, 0)
                .within("muon_momentum", muonMomentum, 0, 1)
                .atLeast("grad_clip", gradClip, 0)
                .within("ema_decay", emaDecay, 0, 1)
                .that(groupFault.isEmpty(), "groups", groupFault)
                .done();
    }

    /** nanoGPT's train.py, with the learning rate and warm-up of its config/train_shakespeare_char.py. */
    public static OptimConfig defaults() {
        return new OptimConfig(Optimizers.ADAMW, 1e-3, null, 100, null, LrSchedule.Decay.COSINE,
                null, null, null, null, null, Optimizers.MUON.defaults().muonMomentum(), 1.0, 0, List.of());
    }

    /** What an optimizer is made with. */
    public Hyperparameters hyperparameters() {
        return new Hyperparameters(beta1, beta2, eps, weightDecay, muonMomentum);
    }

    /** The learning rate of each step, once {@code lrDecayIters} is resolved. */
    public LrSchedule lrSchedule() {
        return new LrSchedule(schedule, lr, minLr, warmupIters, lrDecayIters,
                cooldownIters == null ? LrSchedule.usualCooldown(lrDecayIters) : cooldownIters);
    }

    OptimConfig withLrDecayIters(int steps) {
        return new OptimConfig(optimizer, lr, minLr, warmupIters, steps, schedule, cooldownIters, weightDecay, beta1,
                beta2, eps, muonMomentum, gradClip, emaDecay, groups);
    }

    /** The groups of parameters whose updates are special, in the order of the config. */
    public List<GroupSpec> groupSpecs() {
        try {
            return GroupSpec.all(groups);
        } catch (Scalar.Unfit e) {
            throw new IllegalStateException("checked when this was made", e);
        }
    }

    private static String groupFault(List<String> groups) {
        try {
            GroupSpec.all(groups);
            return "";
        } catch (Scalar.Unfit e) {
            return e.getMessage();
        }
    }
}
