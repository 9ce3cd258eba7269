package inkhorn.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BatchSamplerTest {
    @TempDir
    Path directory;

    @Test
    void batchDependsOnSeedAndStepAlone() {
        TokenFile tokens = Fixtures.counting(directory, 10_000);
        BatchSampler forward = new BatchSampler(tokens, 4, 8, Fixtures.seeded(1));
        int[][] seen = new int[20][];
        for (int step = 0; step < 20; step++) {
            seen[step] = forward.batch(step).inputs();
        }
        BatchSampler fresh = new BatchSampler(tokens, 4, 8, Fixtures.seeded(1));
        for (int step = 19; step >= 0; step--) {
            assertThat(fresh.batch(step).inputs()).containsExactly(seen[step]);
        }
        assertThat(seen[3]).isNotEqualTo(seen[4]);
        assertThat(new BatchSampler(tokens, 4, 8, Fixtures.seeded(2)).batch(3).inputs()).isNotEqualTo(seen[3]);
    }

    @Test
    void rowsAreConsecutiveIdsAndTargetsFollowByOne() {
        Batch batch = new BatchSampler(Fixtures.counting(directory, 1_000), 3, 5,
                (bound, step, index) -> 100L * (index + 1) + step).batch(7);
        assertThat(batch.batchSize()).isEqualTo(3);
        assertThat(batch.blockSize()).isEqualTo(5);
        assertThat(batch.inputs()).containsExactly(107, 108, 109, 110, 111, 207, 208, 209, 210, 211, 307, 308, 309, 310,
                311);
        assertThat(batch.targets()).containsExactly(108, 109, 110, 111, 112, 208, 209, 210, 211, 212, 308, 309, 310,
                311, 312);
    }

    @Test
    void firstAndLastIdCanBeDrawn() {
        TokenFile tokens = Fixtures.counting(directory, 20);
        assertThat(new BatchSampler(tokens, 1, 5, (bound, step, index) -> 0).batch(0).inputs()).startsWith(0);
        assertThat(new BatchSampler(tokens, 1, 5, (bound, step, index) -> bound - 1).batch(0).targets()).endsWith(19);
    }

    @Test
    void splitOfExactlyOneWindowServes() {
        assertThat(new BatchSampler(Fixtures.counting(directory, 6), 2, 5, Fixtures.seeded(1)).batch(0).targets())
                .containsExactly(1, 2, 3, 4, 5, 1, 2, 3, 4, 5);
    }

    @Test
    void splitShorterThanAWindowIsRefused() {
        TokenFile tokens = Fixtures.counting(directory, 64);
        assertThatThrownBy(() -> new BatchSampler(tokens, 4, 64, Fixtures.seeded(1))).isInstanceOf(DataException.class)
                .hasMessage(tokens.path() + ": the split has 64 tokens, but block_size 64 needs at least 65; "
                        + "use a longer text, a smaller model.block_size, or another data.val_fraction");
    }

    @Test
    void fillingGivenArraysAllocatesNothing() {
        BatchSampler sampler = new BatchSampler(Fixtures.counting(directory, 10_000), 12, 64,
                (bound, step, index) -> (step * 7 + index) % bound);
        int[] inputs = new int[12 * 64];
        int[] targets = new int[12 * 64];
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        sampler.fill(0, inputs, targets);
        threads.getCurrentThreadAllocatedBytes();

        long before = threads.getCurrentThreadAllocatedBytes();
        for (int step = 0; step < 1_000; step++) {
            sampler.fill(step, inputs, targets);
        }
        // The bean's own call may allocate a little; one batch would take 6 KiB a step.
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(10_000);
        assertThat(inputs).containsExactly(sampler.batch(999).inputs());
        assertThat(targets).containsExactly(sampler.batch(999).targets());
    }

    @Test
    void arraysOfAnotherSizeAreRefused() {
        BatchSampler sampler = new BatchSampler(Fixtures.counting(directory, 100), 2, 3, Fixtures.seeded(1));
        assertThatThrownBy(() -> sampler.fill(0, new int[6], new int[7])).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("fill: inputs and targets must have 2 x 3 = 6 elements, got 6 and 7");
    }
}
