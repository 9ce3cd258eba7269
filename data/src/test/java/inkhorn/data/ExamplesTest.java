package inkhorn.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ExamplesTest {
    private static final BatchSampler.Draw DRAW = (bound, step, index) ->
            Math.floorMod((step * 31 + index) * 0x9E3779B97F4A7C15L >>> 7, bound);

    /** Prompts 1 2, 4, and 8 9 10 11; completions 3, 5 6 7 and 12 13. */
    private final Examples three = examples(List.of(new int[] {1, 2, 3}, new int[] {4, 5, 6, 7},
            new int[] {8, 9, 10, 11, 12, 13}), 2, 1, 4);

    @Test
    void theCompletionsTokensAreTargetsAndNothingElseIs() {
        Batch batch = three.inOrder(2, 16).batch(0);
        assertThat(batch.blockSize()).isEqualTo(5);
        assertThat(batch.inputs()).containsExactly(1, 2, 0, 0, 0, 4, 5, 6, 0, 0);
        assertThat(batch.targets()).containsExactly(-1, 3, -1, -1, -1, 5, 6, 7, -1, -1);
        assertThat(batch.counted()).isEqualTo(4);
        Batch last = three.inOrder(2, 16).batch(1);
        assertThat(last.batchSize()).isEqualTo(1);
        assertThat(last.targets()).containsExactly(-1, -1, -1, 12, 13);
    }

    @Test
    void whatIsTooLongLosesItsEndOrIsLeftOutAndBothAreCounted() {
        Examples.Fit four = three.fit(4);
        assertThat(four.used()).containsExactly(0, 1, 2);
        assertThat(four.cut()).isEqualTo(1);
        assertThat(four.leftOut()).isZero();
        assertThat(four.rowSize()).isEqualTo(4);
        assertThat(three.inOrder(3, 4).batch(0).targets()).endsWith(-1, -1, -1, 12);
        Examples.Fit two = three.fit(2);
        assertThat(two.used()).containsExactly(0, 1);
        assertThat(two.cut()).isEqualTo(1);
        assertThat(two.leftOut()).isEqualTo(1);
        assertThat(Examples.cut(3, two.cut(), two.leftOut(), 2).orElseThrow()).isEqualTo("of 3 examples, 1 are longer"
                + " than model.block_size 2 and lose the end of their completion; 1 are left out, since their prompts"
                + " are as long as that");
        assertThat(Examples.cut(3, 0, 0, 9)).isEmpty();
        Examples long1 = examples(List.of(new int[] {1, 2, 3}), 2);
        assertThatThrownBy(() -> long1.inOrder(1, 1)).isInstanceOf(DataException.class)
                .hasMessageContaining("nothing of a completion is left");
    }

    @Test
    void eachEpochHasEveryExampleOnceInAnOrderOfItsOwn() {
        List<int[]> many = IntStream.range(1, 11).mapToObj(i -> new int[] {i, 100 + i}).toList();
        Examples ten = examples(many, IntStream.range(0, 10).map(i -> 1).toArray());
        BatchSource batches = ten.random(5, 8, DRAW);
        List<List<Integer>> epochs = new ArrayList<>();
        for (int epoch = 0; epoch < 3; epoch++) {
            List<Integer> seen = new ArrayList<>();
            for (int half = 0; half < 2; half++) {
                Arrays.stream(batches.batch(2L * epoch + half).inputs()).forEach(seen::add);
            }
            assertThat(seen).containsExactlyInAnyOrder(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
            epochs.add(seen);
        }
        assertThat(epochs).doesNotHaveDuplicates();
        // A function of the step: asked in any order, by anybody.
        BatchSource other = ten.random(5, 8, DRAW);
        for (long step : new long[] {5, 0, 3}) {
            assertThat(other.batch(step).inputs()).isEqualTo(batches.batch(step).inputs());
        }
    }

    @Test
    void aSourceOfLargerBatchesGoesOnWithTheNextExample() {
        List<int[]> many = IntStream.range(1, 11).mapToObj(i -> new int[] {i, 100 + i}).toList();
        Examples ten = examples(many, IntStream.range(0, 10).map(i -> 1).toArray());
        BatchSource ones = ten.random(1, 8, DRAW);
        BatchSource threes = ten.random(3, 8, DRAW).startingAt(4, 4);
        for (int batch = 4; batch < 12; batch++) {
            for (int row = 0; row < 3; row++) {
                int next = 4 + 3 * (batch - 4) + row;
                assertThat(threes.batch(batch).inputs()[row]).isEqualTo(ones.batch(next).inputs()[0]);
            }
        }
    }

    @Test
    void lengthsOfOtherIdsAreRefused() {
        assertThatThrownBy(() -> new Examples(TokenFile.of(new int[] {1, 2, 3}), TokenFile.of(new int[] {1, 1})))
                .isInstanceOf(DataException.class).hasMessageContaining("prepare the data again");
        assertThatThrownBy(() -> new Examples(TokenFile.of(new int[] {1, 2}), TokenFile.of(new int[] {2, 0})))
                .isInstanceOf(DataException.class);
    }

    private static Examples examples(List<int[]> ids, int... prompts) {
        int[] lengths = IntStream.range(0, prompts.length)
                .flatMap(i -> IntStream.of(prompts[i], ids.get(i).length - prompts[i])).toArray();
        return new Examples(TokenFile.of(ids.stream().flatMapToInt(Arrays::stream).toArray()), TokenFile.of(lengths));
    }
}
