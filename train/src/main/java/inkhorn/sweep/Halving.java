package inkhorn.sweep;

import java.util.ArrayList;
import java.util.List;

/**
 * Successive halving (Jamieson and Talwalkar 2016, algorithm 1): all runs are trained a little, the best share of them
 * further, and so on, until the last ones are trained to the end. A run that goes on is continued, not begun anew.
 *
 * @param eta      of so many runs one goes on
 * @param minIters steps until the first choice
 */
public record Halving(int eta, long minIters) {

    /**
     * A part of a sweep.
     *
     * @param step steps up to which its runs are trained
     * @param runs how many runs there are at most
     */
    public record Rung(long step, int runs) {
    }

    /**
     * The parts of a sweep, whose last one trains to the end.
     *
     * @param runs         in the first part
     * @param maxIters     steps of a whole run
     * @param evalInterval steps between evaluations; choices are made where there is one, so the steps of a rung are
     *                     raised to a multiple of it
     */
    public List<Rung> rungs(int runs, long maxIters, long evalInterval) {
        List<Rung> rungs = new ArrayList<>();
        int left = runs;
        for (long step = minIters; left > 1; step *= eta) {
            long evaluated = (step + evalInterval - 1) / evalInterval * evalInterval;
            if (evaluated >= maxIters) {
                break;
            }
            if (rungs.isEmpty() || evaluated > rungs.get(rungs.size() - 1).step()) {
                rungs.add(new Rung(evaluated, left));
                left = survivors(left);
            }
        }
        rungs.add(new Rung(maxIters, left));
        return rungs;
    }

    /** How many of so many runs go on: at least one. */
    public int survivors(int runs) {
        return Math.max(1, runs / eta);
    }
}
