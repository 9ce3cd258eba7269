package inkhorn.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import inkhorn.autograd.kernel.AdamWStep;
import inkhorn.autograd.kernel.CountingKernels;
import inkhorn.autograd.kernel.KernelProvider;
import inkhorn.autograd.kernel.Kernels;
import inkhorn.autograd.kernel.RowNorm;
import inkhorn.autograd.kernel.Unary;
import inkhorn.autograd.ops.CausalAttention;
import inkhorn.autograd.ops.CrossEntropy;
import inkhorn.autograd.ops.FusedLinear;
import inkhorn.autograd.ops.MatMul;
import inkhorn.autograd.ops.Normalize;
import inkhorn.autograd.ops.ResidualNorm;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/**
 * A step without storage counts what a real one holds and computes; that every op can take part is tested with its
 * gradient.
 */
class ShapesAloneTest {

    private static final int BATCH = 5;
    private static final int TIME = 67;
    private static final int HEADS = 2;
    private static final int CHANNELS = 64;
    private static final int VOCAB = 65;

    /** Large enough that some arrays are spaced, and others not. */
    private static final class Model {
        private final Tensor table = Tensor.variable(Shape.of(VOCAB, CHANNELS));
        private final Tensor qkv = Tensor.variable(Shape.of(CHANNELS, 3 * CHANNELS));
        private final Tensor projection = Tensor.variable(Shape.of(CHANNELS, CHANNELS));
        private final Tensor gamma = Tensor.variable(Shape.of(CHANNELS));
        private final Tensor[] all = {table, qkv, projection, gamma};
        private final float[][][] moments = new float[all.length][2][];

        Model() {
            for (int i = 0; i < all.length; i++) {
                moments[i][0] = Scope.allocatePermanent(all[i].size());
                moments[i][1] = Scope.allocatePermanent(all[i].size());
            }
        }

        float step() {
            IntTensor tokens = IntTensor.of(new int[BATCH * TIME], BATCH, TIME);
            Rng rng = new Rng(1);
            Tensor x = table.gather(tokens);                                                    // (B, T, C)
            Tensor normed = Normalize.apply(RowNorm.LAYERNORM, x, gamma, null, 1e-5f);
            Tensor attended = CausalAttention.apply(FusedLinear.apply(normed, qkv, null, null), HEADS, 0.1f, rng);
            Tensor branch = FusedLinear.apply(attended, projection, gamma, Unary.GELU);
            ResidualNorm.Result end = ResidualNorm.consuming(RowNorm.LAYERNORM, x, branch, 0.1f, rng, gamma, null,
                    1e-5f);
            Tensor logits = MatMul.apply(end.normed(), table, false, true);    // (B, T, V)
            Tensor loss = CrossEntropy.inPlace(logits, tokens);
            Backward.from(loss, Backward.Keep.NOTHING);
            for (int i = 0; i < all.length; i++) {
                KernelProvider.kernels().adamW(new AdamWStep(1e-3f, 0.9f, 0.999f, 1e-8f, 0, 1, 1, 1), all[i].data(),
                        all[i].grad(), 0, moments[i][0], moments[i][1], all[i].size());
                all[i].zeroGrad();
            }
            return loss.item();
        }
    }

    private record Bytes(long held, long heldAfterTwo, long permanent) {

        static Bytes of(Scope outermost) {
            Model model = new Model();
            long[] held = new long[2];
            for (int i = 0; i < 2; i++) {
                try (Scope step = Scope.open()) {
                    model.step();
                }
                held[i] = outermost.heldBytes();
            }
            return new Bytes(held[0], held[1], outermost.permanentBytes());
        }
    }

    @Test
    void aStepOnShapesHoldsTheBytesOfARealOne() {
        try (Scope real = Scope.open()) {
            Bytes expected = Bytes.of(real);
            try (Scope shapes = Scope.openOnShapes()) {
                assertThat(Bytes.of(shapes)).isEqualTo(expected);
                int parameters = VOCAB * CHANNELS + 4 * CHANNELS * CHANNELS + CHANNELS;
                assertThat(shapes.permanentBytes()).as("weight, gradient and two moments").isEqualTo(16L * parameters);
            }
        }
    }

    @Test
    void flopsAreThoseOfProductsAndOfTheWholeSquareOfAttention() {
        try (Scope shapes = Scope.openOnShapes(); Scope step = Scope.open()) {
            new Model().step();
            long products = 2L * BATCH * TIME * CHANNELS * (3 * CHANNELS + CHANNELS + VOCAB);
            long attention = 4L * BATCH * TIME * TIME * CHANNELS;
            assertThat(step.flops()).isEqualTo(3 * products + 3 * attention).isEqualTo(shapes.flops());
        }
    }

    @Test
    void storageIsNotAllocated() {
        try (Scope shapes = Scope.openOnShapes()) {
            Tensor huge = Tensor.variable(Shape.of(40_000, 50_000)).mul(2);
            assertThat(huge.data()).hasSize(1);
            assertThat(shapes.permanentBytes()).isEqualTo(8_000_000_000L);
            assertThat(shapes.heldBytes()).isGreaterThanOrEqualTo(8_000_000_000L);
        }
    }

    @Test
    void otherThreadsAndSuspendedScopesAreNotDisturbed() throws InterruptedException {
        Kernels before = KernelProvider.kernels();
        try (Scope real = Scope.open()) {
            try (Scope shapes = Scope.openOnShapes()) {
                assertThat(KernelProvider.kernels()).isInstanceOf(CountingKernels.class);
                AtomicReference<Kernels> elsewhere = new AtomicReference<>();
                Thread thread = new Thread(() -> elsewhere.set(KernelProvider.kernels()));
                thread.start();
                thread.join();
                assertThat(elsewhere.get()).isSameAs(before);
                Scope.allocate(10);
            }
            assertThat(KernelProvider.kernels()).isSameAs(before);
            assertThat(real.heldBytes()).isZero();
            assertThat(Scope.allocate(10)).hasSize(10);
        }
    }

    @Test
    void flopsOfARealScopeAreAnError() {
        try (Scope real = Scope.open()) {
            assertThatThrownBy(real::flops).isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("openOnShapes");
        }
    }
}
