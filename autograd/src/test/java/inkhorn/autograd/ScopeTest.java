package inkhorn.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import inkhorn.autograd.kernel.RowNorm;
import inkhorn.autograd.kernel.Unary;
import inkhorn.autograd.ops.CausalAttention;
import inkhorn.autograd.ops.CrossEntropy;
import inkhorn.autograd.ops.FusedLinear;
import inkhorn.autograd.ops.Normalize;
import inkhorn.autograd.ops.ResidualNorm;
import org.junit.jupiter.api.Test;

class ScopeTest {

    private static final String CLOSED = "its scope is closed; read or copy what you need before, or use Scope.keep";

    private final Tensor weight = GradCheck.input(1, 8, 24);
    private final Tensor projection = GradCheck.input(2, 8, 8);
    private final Tensor gamma = GradCheck.input(3, 8);
    private final Tensor input = Tensor.of(new float[5 * 7 * 8], 5, 7, 8);

    /** A step with every kind of storage: kept arrays, second outputs, gradients handed on, logits taken over. */
    private float step(Rng rng) {
        Tensor normed = Normalize.apply(RowNorm.LAYERNORM, input.mul(gamma), gamma, null, 1e-5f);
        Tensor attended = CausalAttention.apply(FusedLinear.apply(normed, weight, null, null), 2, 0.1f, rng);
        Tensor branch = FusedLinear.apply(attended, projection, gamma, Unary.GELU);
        ResidualNorm.Result block = ResidualNorm.apply(RowNorm.LAYERNORM, input, branch, 0.1f, rng, gamma, null, 1e-5f);
        Tensor logits = block.sum().add(block.normed()).reshape(35, 8).matmul(projection);
        Tensor loss = CrossEntropy.inPlace(logits, IntTensor.of(new int[35], 35));
        Backward.from(loss, Backward.Keep.NOTHING);
        return loss.item();
    }

    @Test
    void aConsumedBranchGivesItsStorageBackAndTheGradientsAreTheSame() {
        float[][] gradients = new float[2][];
        long[] live = new long[2];
        for (int consumes = 0; consumes < 2; consumes++) {
            try (Scope step = Scope.open()) {
                gamma.zeroGrad();
                projection.zeroGrad();
                Tensor branch = FusedLinear.apply(input.mul(gamma), projection, gamma, Unary.GELU);
                Rng rng = new Rng(5);
                Tensor normed = (consumes == 0 ? ResidualNorm.apply(RowNorm.LAYERNORM, input, branch, 0.1f, rng, gamma,
                        null, 1e-5f)
                        : ResidualNorm.consuming(RowNorm.LAYERNORM, input, branch, 0.1f, rng, gamma, null, 1e-5f))
                        .normed();
                live[consumes] = step.liveBytes();
                Backward.from(normed.pow(2).sum(), Backward.Keep.NOTHING);
                gradients[consumes] = projection.grad().clone();
            }
        }
        assertThat(gradients[1]).isEqualTo(gradients[0]);
        assertThat(live[1]).isEqualTo(live[0] - 4L * input.size());
    }

    @Test
    void aBranchThatItsOwnBackwardNeedsIsNotConsumed() {
        try (Scope step = Scope.open()) {
            Tensor branch = gamma.add(input).exp();
            Tensor normed = ResidualNorm.consuming(RowNorm.LAYERNORM, input, branch, 0, null, gamma, null, 1e-5f)
                    .normed();
            Backward.from(normed.sum(), Backward.Keep.NOTHING);
            assertThat(gamma.grad()).isNotNull();
        }
    }

    @Test
    void aLoopOfEqualStepsHoldsTheSameBytesAfterStepsTwoAndTwenty() {
        try (Scope run = Scope.open()) {
            long[] held = new long[21];
            long[] live = new long[21];
            for (int i = 1; i <= 20; i++) {
                try (Scope step = Scope.open()) {
                    step(new Rng(1, 0, i));
                    live[i] = step.liveBytes();
                }
                held[i] = run.heldBytes();
            }
            assertThat(held[2]).isPositive();
            assertThat(held[20]).isEqualTo(held[2]);
            assertThat(live[20]).isEqualTo(live[2]);
            assertThat(run.liveBytes()).isZero();
        }
    }

    @Test
    void afterAWalkThatKeepsNothingOnlyTheRootIsLive() {
        try (Scope run = Scope.open()) {
            step(new Rng(1));
            assertThat(run.liveBytes()).isEqualTo(4);
        }
    }

    @Test
    void aClosedScopesArraysAreUsedAgain() {
        try (Scope run = Scope.open()) {
            float[] first;
            try (Scope step = Scope.open()) {
                first = Scope.allocate(100);
            }
            try (Scope step = Scope.open()) {
                assertThat(Scope.allocate(99)).hasSize(99).isNotSameAs(first);
                assertThat(Scope.allocate(100)).isSameAs(first);
                assertThat(Scope.allocate(100)).isNotSameAs(first);
            }
        }
    }

    @Test
    void aReleasedArrayIsUsedAgainAtOnceAndOnlyOnce() {
        try (Scope run = Scope.open()) {
            float[] first = Scope.allocate(10);
            Scope.release(first);
            Scope.release(first);
            assertThat(Scope.allocate(10)).isSameAs(first);
            assertThat(Scope.allocate(10)).isNotSameAs(first);
        }
    }

    @Test
    void anArrayOfNoScopeIsLeftAlone() {
        float[] foreign = Scope.allocate(10);
        try (Scope run = Scope.open()) {
            Scope.release(foreign);
            assertThat(Scope.allocate(10)).isNotSameAs(foreign);
        }
    }

    @Test
    void aTensorEndsWithItsScope() {
        Tensor x;
        Tensor view;
        try (Scope scope = Scope.open()) {
            x = gamma.mul(2);
            view = x.reshape(2, 4);
        }
        assertThatThrownBy(x::data).isInstanceOf(IllegalStateException.class).hasMessage("tensor (8,): " + CLOSED);
        assertThatThrownBy(view::data).hasMessage("tensor (2, 4): " + CLOSED);
        assertThat(x).hasToString("Tensor(8,) " + CLOSED);
    }

    @Test
    void aKeptTensorOutlivesItsScopeAndEndsWithTheNext() {
        Tensor kept;
        try (Scope outer = Scope.open()) {
            try (Scope inner = Scope.open()) {
                kept = inner.keep(gamma.mul(2));
            }
            assertThat(kept.data()[0]).isEqualTo(2 * gamma.data()[0]);
            assertThat(outer.liveBytes()).isEqualTo(32);
        }
        assertThatThrownBy(kept::data).hasMessage("tensor (8,): " + CLOSED);
    }

    @Test
    void aTensorKeptFromTheOutermostScopeLivesOn() {
        Tensor kept;
        try (Scope scope = Scope.open()) {
            kept = scope.keep(gamma.mul(2));
        }
        assertThat(kept.data()[0]).isEqualTo(2 * gamma.data()[0]);
    }

    @Test
    void parametersAndTheirGradientsOutliveTheScope() {
        gamma.zeroGrad();
        try (Scope scope = Scope.open()) {
            gamma.mul(3).sum().backward();
        }
        assertThat(gamma.grad()).containsOnly(3);
    }

    @Test
    void scopesCloseInReverseOrder() {
        Scope outer = Scope.open();
        Scope inner = Scope.open();
        assertThatThrownBy(outer::close).isInstanceOf(IllegalStateException.class)
                .hasMessage("scope: closed out of order, close the scopes opened later first");
        inner.close();
        outer.close();
        assertThatThrownBy(outer::close).isInstanceOf(IllegalStateException.class);
    }
}
