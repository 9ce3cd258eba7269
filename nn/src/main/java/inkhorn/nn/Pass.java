package inkhorn.nn;

import inkhorn.autograd.Rng;

/**
 * One forward pass: the only place that says whether a model is training, and the source of its dropout. Each site that
 * drops something takes a stream of random numbers of its own, in the order of the calls; so the masks are a pure function
 * of the {@link Rng} given, and a pass is used for one forward only.
 */
public final class Pass {

    private final Rng rng;
    private final CachedBatch caches;
    private final ForwardObserver observer;
    private long sites;

    private Pass(Rng rng, CachedBatch caches, ForwardObserver observer) {
        this.rng = rng;
        this.caches = caches;
        this.observer = observer;
    }

    /**
     * A pass with dropout.
     *
     * @param rng differs from one forward to the next, by its step or stream
     */
    public static Pass training(Rng rng) {
        if (rng == null) {
            throw new IllegalArgumentException("pass: training needs an Rng");
        }
        return new Pass(rng, null, ForwardObserver.NONE);
    }

    /** A pass without dropout. */
    public static Pass evaluation() {
        return new Pass(null, null, ForwardObserver.NONE);
    }

    /** A pass without dropout that shows the observer what is computed on the way. */
    public static Pass observed(ForwardObserver observer) {
        return new Pass(null, null, observer);
    }

    /** A pass without dropout over tokens that follow those in the caches. */
    static Pass continuing(CachedBatch caches) {
        return new Pass(null, caches, ForwardObserver.NONE);
    }

    /** The caches that the tokens of this pass follow, or null where they stand alone. */
    CachedBatch caches() {
        return caches;
    }

    public boolean isTraining() {
        return rng != null;
    }

    ForwardObserver observer() {
        return observer;
    }

    /** The random numbers of the next dropout site, or null in evaluation. */
    public Rng nextSite() {
        return rng == null ? null : rng.stream(rng.bits(sites++));
    }
}
