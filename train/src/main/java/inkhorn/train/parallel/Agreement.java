package inkhorn.train.parallel;

import inkhorn.autograd.ScopeInterrupted;
import java.util.Arrays;
import java.util.function.BooleanSupplier;

/**
 * The common decision of all processes of a training whether to stop. At the same step, each process tells the others
 * whether it has been asked to stop, and all of them stop there if any has. A single process stops when it is asked to.
 */
public final class Agreement implements BooleanSupplier {
    private final boolean isAlone;
    private final BooleanSupplier wanted;
    private final Collectives collectives;
    private boolean agreed;

    /** @param wanted whether this process is asked to stop */
    public Agreement(Ranks ranks, BooleanSupplier wanted) {
        this.isAlone = ranks.size() == 1;
        this.wanted = wanted;
        this.collectives = new Collectives(ranks);
    }

    /** Whether all stop. */
    @Override
    public boolean getAsBoolean() {
        return isAlone ? wanted.getAsBoolean() : agreed;
    }

    /** What may end work at any op: the request, where nobody else waits for that work. */
    public BooleanSupplier atAnyOp() {
        return isAlone ? wanted : () -> false;
    }

    /** Whether this process is asked to stop, for the others to hear. */
    public boolean isWanted() {
        return wanted.getAsBoolean();
    }

    /** What all processes have said: whether any is asked to stop. */
    public void decide(boolean anyWanted) {
        agreed |= anyWanted;
    }

    /**
     * The numbers that each process gives, by rank.
     *
     * @throws ScopeInterrupted in all processes, when any of them is asked to stop
     */
    public double[][] gather(String what, double... own) {
        if (isAlone) {
            return new double[][] {own};
        }
        double[] said = new double[own.length + 1];
        System.arraycopy(own, 0, said, 1, own.length);
        said[0] = isWanted() ? 1 : 0;
        double[][] all = collectives.gather(what, said);
        for (int rank = 0; rank < all.length; rank++) {
            decide(all[rank][0] != 0);
            all[rank] = Arrays.copyOfRange(all[rank], 1, all[rank].length);
        }
        if (agreed) {
            throw new ScopeInterrupted();
        }
        return all;
    }
}
