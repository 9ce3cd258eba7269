package inkhorn.optim;

import java.util.ArrayList;
import java.util.List;

/**
 * How many sequences each step learns from, a pure function of the step: a warm-up of the batch size, then all of them.
 * Steps count from 0. In step t of a warm-up of W steps from F to N sequences, the wanted number is
 * {@code F + (N - F)·t/W} (a linear ramp, as for GPT-3, Brown et al. 2020, appendix B; the idea is that of Smith et
 * al. 2018). A step has the largest size not above that of F, 2F, 4F and so on, which are one batch each, and of
 * 1, 2, 3 and so on batches of {@code batchSize}: few shapes of arrays, and gradients that are accumulated where a step
 * has more than a batch.
 */
public final class BatchSchedule {
    private final List<Stage> stages = new ArrayList<>();

    /**
     * Steps of the same size.
     *
     * @param firstStep of them
     * @param batchSize sequences of a batch
     * @param batches   of each step
     */
    public record Stage(long firstStep, int batchSize, int batches) {
        /** Of each step. */
        public long sequences() {
            return (long) batchSize * batches;
        }
    }

    /**
     * A schedule up to {@code batches} batches of {@code batchSize} sequences.
     *
     * @param warmupIters steps before that, 0 for none
     * @param from        sequences of the first step; of no effect without a warm-up
     * @throws IllegalArgumentException when a warm-up does not begin below the size it ends with, or begins with more
     *     than a batch and not with whole ones
     */
    public BatchSchedule(int batchSize, int batches, int warmupIters, int from) {
        long all = (long) batchSize * batches;
        if (warmupIters > 0) {
            if (from < 1 || from >= all || from > batchSize && from % batchSize != 0) {
                throw new IllegalArgumentException("a warm-up of the batch size begins with at least 1 sequence, fewer"
                        + " than " + all + ", and above " + batchSize + " with a multiple of it, found " + from);
            }
            long size = from;
            while (size < all) {
                long firstStep = Math.floorDiv((size - from) * warmupIters + all - from - 1, all - from);
                add(firstStep, size, batchSize);
                size = size < batchSize ? Math.min(2 * size, batchSize) : size + batchSize;
            }
        }
        add(warmupIters, all, batchSize);
    }

    /** Where two begin with the same step, the larger one counts. */
    private void add(long firstStep, long sequences, int batchSize) {
        if (!stages.isEmpty() && stages.get(stages.size() - 1).firstStep == firstStep) {
            stages.remove(stages.size() - 1);
        }
        int ofBatch = (int) Math.min(sequences, batchSize);
        stages.add(new Stage(firstStep, ofBatch, (int) (sequences / ofBatch)));
    }

    /** All stages in their order, the first from step 0 on, the last without an end. */
    public List<Stage> stages() {
        return List.copyOf(stages);
    }

    /** The stage of a step: the same object for all steps of a stage. */
    public Stage at(long step) {
        int i = stages.size() - 1;
        while (stages.get(i).firstStep > step) {
            i--;
        }
        return stages.get(i);
    }

    /** Whether this many steps end a stage. */
    public boolean endsStage(long steps) {
        return steps > 0 && at(steps).firstStep == steps;
    }

    /** Sequences of the first {@code steps} steps together. */
    public long sequences(long steps) {
        long sum = 0;
        long end = steps;
        for (int i = stages.size() - 1; i >= 0; i--) {
            Stage stage = stages.get(i);
            sum += Math.max(0, end - stage.firstStep) * stage.sequences();
            end = Math.min(end, stage.firstStep);
        }
        return sum;
    }
}
