package inkhorn.plan;

import inkhorn.train.parallel.Link;

/**
 * A prediction of what training by several processes would gain. In its model, each process computes its batches of a
 * step and sends {@code (P-1)/P} of its gradients to the others. This overlaps with the backward pass of its last
 * batch, which takes two thirds of the time of that batch. Then it sends the same amount of weights, which overlaps
 * with nothing. The bandwidth for each process does not depend on the number of processes.
 *
 * @param batchSeconds seconds of one batch with its update, without others
 * @param parameters   that are trained
 * @param exchanges    in which the gradients go, and likewise the weights
 * @param link         as it was measured
 */
public record ParallelEfficiency(double batchSeconds, long parameters, int exchanges, Link link) {
    private static final double SHARE_OF_BACKWARD = 2.0 / 3;

    /**
     * Seconds of a step.
     *
     * @param processes at least 1
     * @param batches   of each process
     */
    public double step(int processes, int batches) {
        double computing = batches * batchSeconds;
        if (processes == 1) {
            return computing;
        }
        double oneWay = 4.0 * parameters * (processes - 1) / processes / link.bandwidth() + exchanges * link.latency();
        // The last exchange begins when the backward pass ends.
        double ofLast = oneWay / exchanges;
        double hidden = SHARE_OF_BACKWARD * batchSeconds * (exchanges - 1) / exchanges;
        double gradients = Math.max(ofLast, oneWay - hidden);
        return computing + gradients + link.latency() + oneWay;
    }

    /** The share of a step in which a process computes: how many times faster it gets, for each process. */
    public double efficiency(int processes, int batches) {
        return batches * batchSeconds / step(processes, batches);
    }
}
