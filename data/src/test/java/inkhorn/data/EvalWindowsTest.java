package inkhorn.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvalWindowsTest {
    @TempDir
    Path directory;

    @Test
    void everyTargetIsCountedExactlyOnceAndInOrder() {
        for (int length : new int[] {6, 7, 10, 11, 12, 31, 33, 100, 101, 102}) {
            TokenFile tokens = Fixtures.counting(directory, length);
            for (int batchSize : new int[] {1, 3, 4, 64}) {
                List<Integer> targets = new ArrayList<>();
                EvalWindows windows = new EvalWindows(tokens, batchSize, 5);
                for (long i = 0; i < windows.batchCount(); i++) {
                    Batch batch = windows.batch(i);
                    assertThat(batch.batchSize()).isBetween(1, batchSize);
                    assertThat(batch.blockSize()).isBetween(1, 5);
                    for (int k = 0; k < batch.inputs().length; k++) {
                        assertThat(batch.targets()[k]).isEqualTo(batch.inputs()[k] + 1);
                        targets.add(batch.targets()[k]);
                    }
                }
                assertThat(targets).isEqualTo(IntStream.range(1, length).boxed().toList())
                        .hasSize((int) windows.predictions());
            }
        }
    }

    @Test
    void windowsFillBatchesAndTheRestIsOneShortRow() {
        EvalWindows windows = new EvalWindows(Fixtures.counting(directory, 5 * 7 + 3), 3, 5);
        List<String> shapes = IntStream.range(0, (int) windows.batchCount()).mapToObj(windows::batch)
                .map(b -> b.batchSize() + "x" + b.blockSize()).toList();
        assertThat(shapes).containsExactly("3x5", "3x5", "1x5", "1x2");
    }

    @Test
    void windowsThatOverlapCountEveryTargetOnceWithTheContextThatTheStridePromises() {
        for (int length : new int[] {6, 7, 10, 11, 31, 33, 102}) {
            TokenFile tokens = Fixtures.counting(directory, length);
            for (int stride = 1; stride <= 5; stride++) {
                EvalWindows windows = new EvalWindows(tokens, 3, 5, stride);
                List<Integer> counted = new ArrayList<>();
                for (long i = 0; i < windows.batchCount(); i++) {
                    Batch batch = windows.batch(i);
                    for (int k = 0; k < batch.targets().length; k++) {
                        int target = batch.targets()[k];
                        if (target >= 0) {
                            int before = k % batch.blockSize() + 1;
                            assertThat(before).isGreaterThanOrEqualTo(Math.min(target, 5 - stride + 1));
                            assertThat(target).isEqualTo(batch.inputs()[k] + 1);
                            counted.add(target);
                        }
                    }
                }
                assertThat(counted).isEqualTo(IntStream.range(1, length).boxed().toList());
            }
        }
    }

    @Test
    void aStrideBeyondTheWindowIsRefused() {
        TokenFile tokens = Fixtures.counting(directory, 20);
        assertThatThrownBy(() -> new EvalWindows(tokens, 1, 5, 6))
                .hasMessageContaining("from 1 to the block size of 5");
    }

    @Test
    void splitShorterThanAWindowIsRefused() {
        TokenFile tokens = Fixtures.counting(directory, 5);
        assertThatThrownBy(() -> new EvalWindows(tokens, 1, 5)).isInstanceOf(DataException.class)
                .hasMessageContaining("the split has 5 tokens, but block_size 5 needs at least 6");
    }

    @Test
    void batchPastTheEndIsRefused() {
        EvalWindows windows = new EvalWindows(Fixtures.counting(directory, 11), 2, 5);
        assertThatThrownBy(() -> windows.batch(1)).isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessage("batch 1 of 1");
    }
}
