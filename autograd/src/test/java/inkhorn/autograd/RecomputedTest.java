package inkhorn.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import inkhorn.autograd.kernel.RowNorm;
import inkhorn.autograd.kernel.Samples;
import inkhorn.autograd.kernel.Unary;
import inkhorn.autograd.ops.Drop;
import inkhorn.autograd.ops.FusedLinear;
import inkhorn.autograd.ops.ResidualNorm;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A part that is run a second time in the backward pass leaves what it would leave otherwise, and holds less. */
class RecomputedTest {
    private static final int ROWS = 400;
    private static final int CHANNELS = 48;
    private static final int LAYERS = 8;

    private final Tensor x = Tensor.variable(Samples.normal(1, ROWS * CHANNELS), ROWS, CHANNELS);
    private final Tensor weight = Tensor.variable(Samples.normal(2, CHANNELS * CHANNELS), CHANNELS, CHANNELS);
    private final Tensor gamma = Tensor.variable(Samples.normal(3, CHANNELS), CHANNELS);

    /** Two branches of a residual stream, as in a block, with parameters that several layers share. */
    private Tensor[] layer(Tensor[] in, int layer) {
        Tensor branch = in.length > 1 ? in[1] : FusedLinear.apply(in[0], weight, gamma, null);
        ResidualNorm.Result one = ResidualNorm.consuming(RowNorm.LAYERNORM, in[0], branch, 0.2f,
                new Rng(layer), gamma, null, 1e-5f);
        Tensor second = FusedLinear.apply(one.normed(), weight, gamma, Unary.GELU);
        ResidualNorm.Result two = ResidualNorm.consuming(RowNorm.LAYERNORM, one.sum(), second, 0, null, gamma, null,
                1e-5f);
        return new Tensor[] {two.sum(), FusedLinear.apply(two.normed(), weight, null, null)};
    }

    /** The loss, the gradients, and the most bytes that the pass holds. */
    private List<Object> run(boolean recomputed, Scope pass) {
        List.of(x, weight, gamma).forEach(Tensor::zeroGrad);
        Tensor[] stream = {Drop.apply(x, 0.1f, new Rng(99))};
        for (int i = 0; i < LAYERS; i++) {
            int layer = i;
            UnaryOperator<Tensor[]> part = in -> layer(in, layer);
            stream = recomputed ? Recomputed.apply(part, stream) : part.apply(stream);
        }
        Tensor loss = stream[0].mul(stream[1]).mean();
        Backward.from(loss, Backward.Keep.NOTHING);
        List<Object> found = new ArrayList<>(List.of(loss.item()));
        List.of(x, weight, gamma).forEach(t -> found.add(t.grad().clone()));
        found.add(pass.heldBytes());
        return found;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void lossAndGradientsHaveTheBitsOfAGraphThatIsKeptAndLessIsHeld(boolean longerArrays) {
        List<List<Object>> found = new ArrayList<>();
        for (boolean recomputed : new boolean[] {false, true}) {
            try (Scope pass = longerArrays ? Scope.openWithLongerArrays() : Scope.open()) {
                found.add(run(recomputed, pass));
            }
        }
        int bytes = found.get(0).size() - 1;
        for (int i = 0; i < bytes; i++) {
            assertThat(found.get(1).get(i)).as("result %d", i).isEqualTo(found.get(0).get(i));
        }
        assertThat((long) found.get(1).get(bytes)).isLessThan((long) found.get(0).get(bytes) * 2 / 3);
    }

    @Test
    void equalStepsHoldEqualBytesAndLeaveNothingInUse() {
        try (Scope all = Scope.open()) {
            long[] held = new long[3];
            for (int i = 0; i < held.length; i++) {
                try (Scope step = Scope.open()) {
                    run(true, step);
                    assertThat(step.liveBytes()).as("what step %d still uses", i).isLessThan(4L * ROWS * CHANNELS);
                }
                assertThat(all.liveBytes()).isZero();
                held[i] = all.heldBytes();
            }
            assertThat(held[2]).isEqualTo(held[1]).isEqualTo(held[0]);
        }
    }

    /** A block's last product is a third of its forward pass; its backward pass does not read the result. */
    @Test
    void theLastProductOfAPartIsNotComputedASecondTime() {
        try (Scope shapes = Scope.openOnShapes()) {
            Tensor in = Tensor.variable(Shape.of(ROWS, CHANNELS));
            Tensor square = Tensor.variable(Shape.of(CHANNELS, CHANNELS));
            Tensor out = Recomputed.apply(t -> new Tensor[] {
                FusedLinear.apply(FusedLinear.apply(t[0], square, null, Unary.GELU), square, null, null)}, in)[0];
            long product = 2L * ROWS * CHANNELS * CHANNELS;
            assertThat(shapes.flops()).isEqualTo(2 * product);
            Backward.from(out.sum());
            assertThat(shapes.flops()).isEqualTo((2 + 1 + 4) * product);
        }
    }

    @Test
    void withoutRecordingThePartRunsOnceAndKeepsItsTensors() {
        AtomicInteger runs = new AtomicInteger();
        try (NoGrad off = NoGrad.open()) {
            Tensor[] out = Recomputed.apply(in -> {
                runs.incrementAndGet();
                return new Tensor[] {in[0].mul(2)};
            }, x);
            assertThat(out[0].needsGrad()).isFalse();
        }
        assertThat(runs).hasValue(1);
    }

    @Test
    void anInputGivenTwiceGathersBothShares() {
        Tensor a = Tensor.variable(new float[] {3}, 1);
        Recomputed.apply(in -> new Tensor[] {in[0].mul(in[1]).mul(in[1])}, a, a)[0].backward();
        assertThat(a.grad()[0]).isEqualTo(27);
    }

    @Test
    void anInputThatThePartDoesNotReadHasAGradientOfZero() {
        Tensor a = Tensor.variable(new float[] {3}, 1);
        Tensor b = Tensor.variable(new float[] {4}, 1);
        Recomputed.apply(in -> new Tensor[] {in[0].mul(2)}, a, b)[0].backward();
        assertThat(a.grad()).containsExactly(2);
        assertThat(b.grad()).containsExactly(0);
    }

    @Test
    void anOutputThatIsNoArrayOfItsOwnIsRefused() {
        Tensor a = Tensor.variable(new float[] {3}, 1);
        assertThatThrownBy(() -> Recomputed.apply(in -> in, a)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("recomputed: output 0 (1,) is not an array of its own");
        assertThatThrownBy(() -> Recomputed.apply(in -> {
            Tensor twice = in[0].mul(2);
            return new Tensor[] {twice, twice};
        }, a)).hasMessageStartingWith("recomputed: output 1 (1,) is not an array of its own");
        assertThatThrownBy(() -> Recomputed.apply(in -> new Tensor[0], a))
                .hasMessage("recomputed: at least one output is needed, found none");
    }

    @Test
    void aBackwardPassInANoGradIsRefused() {
        Tensor out = Recomputed.apply(in -> new Tensor[] {in[0].mul(2)}, Tensor.variable(new float[] {3}, 1))[0];
        try (NoGrad off = NoGrad.open()) {
            assertThatThrownBy(out::backward).isInstanceOf(IllegalStateException.class).hasMessageContaining("NoGrad");
        }
    }

    @Test
    void aStopIsHeardInTheSecondRun() {
        AtomicInteger runs = new AtomicInteger();
        Scope all = Scope.open();
        assertThatThrownBy(() -> {
            try (all; Scope step = Scope.open(() -> runs.get() == 2)) {
                Recomputed.apply(in -> {
                    runs.incrementAndGet();
                    return new Tensor[] {in[0].mul(in[0]).mul(3)};
                }, x)[0].sum().backward();
            }
        }).isInstanceOf(ScopeInterrupted.class);
        assertThat(runs).hasValue(2);
        try (Scope next = Scope.open()) {
            Tensor y = x.mul(2);
            assertThat(y.needsGrad()).as("recording goes on").isTrue();
        }
    }
}
