package inkhorn.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BatchScheduleTest {

    /** Against the definition, step by step. */
    @ParameterizedTest
    @CsvSource({"8, 1, 10, 1", "8, 4, 10, 1", "32, 1, 1000, 3", "6, 3, 50, 4", "4, 5, 7, 8", "1, 64, 100, 1",
        "64, 2, 3, 1", "16, 1, 1, 15", "5, 1, 1000000, 2"})
    void everyStepHasTheLargestSizeThatTheRampAllows(int batchSize, int batches, int warmupIters, int from) {
        BatchSchedule schedule = new BatchSchedule(batchSize, batches, warmupIters, from);
        long before = 0;
        for (long step = 0; step < Math.min(warmupIters + 5, 2000); step++) {
            long wanted = wanted(step, batchSize, batches, warmupIters, from);
            BatchSchedule.Stage stage = schedule.at(step);
            assertThat(stage.sequences()).as("step %d", step).isEqualTo(wanted);
            assertThat(stage.batchSize()).isEqualTo((int) Math.min(wanted, batchSize));
            assertThat(schedule.sequences(step)).isEqualTo(before);
            assertThat(schedule.endsStage(step)).isEqualTo(step > 0
                    && wanted != wanted(step - 1, batchSize, batches, warmupIters, from));
            before += wanted;
        }
    }

    private static long wanted(long step, int batchSize, int batches, int warmupIters, int from) {
        long all = (long) batchSize * batches;
        double ramp = step >= warmupIters ? all : from + (all - from) * (double) step / warmupIters;
        long largest = 0;
        for (long size = from; size < batchSize && size <= ramp; size *= 2) {
            largest = size;
        }
        for (long size = batchSize; size <= ramp; size += batchSize) {
            largest = size;
        }
        return largest;
    }

    @Test
    void withoutAWarmUpThereIsOneStage() {
        assertThat(new BatchSchedule(8, 3, 0, 1).stages()).containsExactly(new BatchSchedule.Stage(0, 8, 3));
        assertThat(new BatchSchedule(8, 3, 0, 1).sequences(1_000_000_000_000L)).isEqualTo(24_000_000_000_000L);
    }

    @ParameterizedTest
    @CsvSource({"8, 1, 0", "8, 1, 8", "1, 1, 1", "8, 4, 12", "8, 4, 32"})
    void aStartThatDoesNotFitIsRefused(int batchSize, int batches, int from) {
        assertThatThrownBy(() -> new BatchSchedule(batchSize, batches, 10, from))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("found " + from);
    }
}
