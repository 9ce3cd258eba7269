package inkhorn.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import inkhorn.autograd.ops.CausalAttention;
import inkhorn.autograd.ops.Heads;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class AttentionCacheTest {

    private static final int TIME = 9;
    private static final int HEADS = 4;
    private static final int KEY_HEADS = 2;
    private static final int SIZE = 5;
    private static final int WIDTH = (HEADS + 2 * KEY_HEADS) * SIZE;

    private final float[] values = GradCheck.input(1, 2, TIME, WIDTH).data();

    private static AttentionCache cache() {
        return new AttentionCache(TIME, HEADS, KEY_HEADS, SIZE);
    }

    private static Heads[] heads(Tensor packed) {
        return new Heads[] {new Heads(packed, 0, HEADS, SIZE), new Heads(packed, HEADS * SIZE, KEY_HEADS, SIZE),
            new Heads(packed, (HEADS + KEY_HEADS) * SIZE, KEY_HEADS, SIZE)};
    }

    private static Tensor attend(AttentionCache[] caches, Tensor packed) {
        Heads[] heads = heads(packed);
        return AttentionCache.attend(caches, heads[0], heads[1], heads[2]);
    }

    /** The given positions of the given sequences. */
    private Tensor part(int from, int to, int... sequences) {
        float[] part = new float[sequences.length * (to - from) * WIDTH];
        for (int i = 0; i < sequences.length; i++) {
            System.arraycopy(values, (sequences[i] * TIME + from) * WIDTH, part, i * (to - from) * WIDTH,
                    (to - from) * WIDTH);
        }
        return Tensor.of(part, sequences.length, to - from, WIDTH);
    }

    private float[] expected(int sequence, int t) {
        Heads[] heads = heads(part(0, TIME, sequence));
        float[] all = CausalAttention.apply(heads[0], heads[1], heads[2], 0, null).data();
        return Arrays.copyOfRange(all, t * HEADS * SIZE, (t + 1) * HEADS * SIZE);
    }

    @Test
    void aPositionHasTheSameBitsAloneAndAmongOthers() {
        AttentionCache[] caches = {cache(), cache()};
        attend(caches, part(0, 4, 0, 1));
        for (int t = 4; t < TIME; t++) {
            Tensor y = attend(caches, part(t, t + 1, 0, 1));
            assertThat(y.shape()).isEqualTo(Shape.of(2, 1, HEADS * SIZE));
            assertThat(Arrays.copyOf(y.data(), HEADS * SIZE)).isEqualTo(expected(0, t));
            assertThat(Arrays.copyOfRange(y.data(), HEADS * SIZE, 2 * HEADS * SIZE)).isEqualTo(expected(1, t));
            assertThat(caches[1].length()).isEqualTo(t + 1);
        }
    }

    @Test
    void aCopyGoesOnByItselfAndATruncatedCacheFromThere() {
        AttentionCache cache = cache();
        attend(new AttentionCache[] {cache}, part(0, 6, 0));
        AttentionCache copy = cache();
        copy.copyFrom(cache);
        attend(new AttentionCache[] {cache}, part(6, 7, 1));
        assertThat(attend(new AttentionCache[] {copy}, part(6, 7, 0)).data()).isEqualTo(expected(0, 6));
        cache.truncate(6);
        assertThat(attend(new AttentionCache[] {cache}, part(6, 7, 0)).data()).isEqualTo(expected(0, 6));
    }

    @Test
    void sequencesOfDifferentLengthsGoOnTogether() {
        AttentionCache[] caches = {cache(), cache()};
        attend(new AttentionCache[] {caches[0]}, part(0, 3, 0));
        attend(new AttentionCache[] {caches[1]}, part(0, 3, 0));
        attend(new AttentionCache[] {caches[1]}, part(3, 4, 0));
        float[] y = attend(new AttentionCache[] {caches[0]}, part(3, 4, 0)).data();
        assertThat(y).isEqualTo(expected(0, 3));
        assertThat(caches[0].length()).isEqualTo(caches[1].length());
    }

    @Test
    void aWrongCallNamesTheRule() {
        AttentionCache[] one = {cache()};
        assertThatThrownBy(() -> attend(one, part(0, 1, 0, 1))).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("queries of (1, 1) positions with 4 heads of 5");
        attend(one, part(0, 8, 0));
        assertThatThrownBy(() -> attend(one, part(0, 2, 0))).hasMessage(
                "cached attention: 2 positions after 8 kept ones; one at a time can follow");
        attend(one, part(8, 9, 0));
        assertThatThrownBy(() -> attend(one, part(8, 9, 0))).hasMessage(
                "cached attention: no room for 1 positions after 9, 9 fit");
        Tensor leaf = GradCheck.input(2, 1, 1, WIDTH);
        assertThatThrownBy(() -> attend(new AttentionCache[] {cache()}, leaf)).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("NoGrad");
        try (NoGrad off = NoGrad.open()) {
            assertThat(attend(new AttentionCache[] {cache()}, leaf).needsGrad()).isFalse();
        }
    }

    @Test
    void onShapesItCountsTheOperationsOfTheQueryAndItsBytes() {
        try (Scope shapes = Scope.openOnShapes()) {
            AttentionCache[] caches = {cache()};
            attend(caches, part(0, 6, 0));
            long before = shapes.flops();
            attend(caches, part(6, 7, 0));
            assertThat(shapes.flops() - before).isEqualTo(4L * 7 * HEADS * SIZE);
            assertThat(shapes.permanentBytes()).isGreaterThanOrEqualTo(4L * 2 * TIME * KEY_HEADS * SIZE);
        }
    }
}
