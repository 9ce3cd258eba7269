package inkhorn.nn;

import inkhorn.autograd.Rng;
import inkhorn.autograd.Shape;
import inkhorn.autograd.Tensor;
import inkhorn.autograd.ops.LossTerms;

/**
 * One forward pass: the only place that says whether a model is training, the source of its dropout, and the hook that
 * is shown each step. Each site that drops something takes a stream of random numbers of its own, in the order of the
 * calls. So the masks are a pure function of the {@link Rng} given, and a pass is used for one forward only.
 */
public final class Pass {
    private final Rng rng;
    private final ForwardHook hook;
    private final boolean recomputesBlocks;
    private final LossTerms lossTerms;
    private long sites;
    private String lastShown = "";

    private Pass(Rng rng, ForwardHook hook, boolean recomputesBlocks, LossTerms lossTerms) {
        this.rng = rng;
        this.hook = hook;
        this.recomputesBlocks = recomputesBlocks;
        this.lossTerms = lossTerms;
    }

    /**
     * A pass with dropout.
     *
     * @param rng differs from one forward to the next, by its step or stream
     */
    public static Pass training(Rng rng) {
        return training(rng, false);
    }

    /**
     * A pass with dropout.
     *
     * @param rng differs from one forward to the next, by its step or stream
     * @param recomputesBlocks activation checkpointing: whether the activations of a block are computed a second time
     *     in the backward pass, and not kept until then; the results have the same bits
     */
    public static Pass training(Rng rng, boolean recomputesBlocks) {
        return training(rng, recomputesBlocks, LossTerms.NONE);
    }

    /**
     * As above.
     *
     * @param lossTerms what the loss is made of beside the cross-entropy; an evaluation's is made of nothing else
     */
    public static Pass training(Rng rng, boolean recomputesBlocks, LossTerms lossTerms) {
        if (rng == null) {
            throw new IllegalArgumentException("pass: training needs an Rng");
        }
        return new Pass(rng, null, recomputesBlocks, lossTerms);
    }

    /** A pass without dropout. */
    public static Pass evaluation() {
        return new Pass(null, null, false, LossTerms.NONE);
    }

    /** A pass without dropout that shows the hook what is computed. */
    public static Pass observed(ForwardHook hook) {
        return new Pass(null, hook, false, LossTerms.NONE);
    }

    public boolean isTraining() {
        return rng != null;
    }

    /** The random numbers of the next dropout site, or null in evaluation. */
    public Rng nextSite() {
        return rng == null ? null : rng.stream(rng.bits(sites++));
    }

    /** What the loss is made of beside the cross-entropy. */
    LossTerms lossTerms() {
        return lossTerms;
    }

    /** Whether the activations of a block are computed a second time in the backward pass. */
    boolean recomputesBlocks() {
        return recomputesBlocks;
    }

    /** A pass through a part of the model, whose dropout sites are those that come next in this one. */
    Pass fromHere() {
        Pass part = new Pass(rng, hook, false, lossTerms);
        part.sites = sites;
        return part;
    }

    /** Goes on behind the sites of a pass through a part of the model. */
    void goOnAfter(Pass part) {
        sites = Math.max(sites, part.sites);
    }

    /** Whether there is a hook. */
    boolean isObserved() {
        return hook != null;
    }

    /** Shows the hook, if there is one, what a module computed, and returns it. */
    Tensor show(Module module, Tensor value, String meaning) {
        return hook == null ? value : show(module.path(), value, meaning);
    }

    /** Shows the hook, if there is one, a value under a full dotted name, and returns it. */
    Tensor show(String name, Tensor value, String meaning) {
        show(name, value.shape(), meaning, value);
        return value;
    }

    /** Shows a step whose value is null where it is never held whole. */
    void show(String name, Shape shape, String meaning, Tensor value) {
        if (hook != null) {
            lastShown = name;
            hook.on(new ForwardHook.Step(name, shape, meaning, value));
        }
    }

    /** What the sum with the branch that was shown last is called: {@code h.0.+ attn} after {@code h.0.attn.c_proj}. */
    String nameOfSum() {
        String branch = lastShown.substring(0, Math.max(0, lastShown.lastIndexOf('.')));
        int dot = branch.lastIndexOf('.') + 1;
        return branch.substring(0, dot) + "+ " + branch.substring(dot);
    }
}
