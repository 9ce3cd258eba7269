package inkhorn.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import inkhorn.autograd.kernel.RowNorm;
import inkhorn.autograd.ops.CrossEntropy;
import inkhorn.autograd.ops.ResidualNorm;
import org.junit.jupiter.api.Test;

class BackwardTest {

    private static final String WALKED =
            "backward: this graph was freed by an earlier backward pass; run the forward pass again";

    private static Tensor leaf(float... values) {
        return Tensor.variable(values);
    }

    @Test
    void aTensorUsedTwiceGathersBothShares() {
        Tensor x = leaf(3);
        x.mul(x).sum().backward();
        assertThat(x.grad()).containsExactly(6);
    }

    @Test
    void aDiamondIsWalkedOnceForEachNode() {
        Tensor x = leaf(2);
        Tensor top = x.mul(3);
        Tensor left = top.mul(top);
        Tensor right = top.add(left);
        left.mul(right).sum().backward();        // f = t²·(t + t²), t = 3x: df/dx = 3·(3t² + 4t³)
        assertThat(x.grad()).containsExactly(3 * (3 * 36 + 4 * 216));
    }

    @Test
    void leavesGatherOverSeveralWalksUntilTheyAreZeroed() {
        Tensor x = leaf(1, 2);
        x.mul(2).sum().backward();
        x.mul(3).sum().backward();
        assertThat(x.grad()).containsExactly(5, 5);
        x.zeroGrad();
        assertThat(x.grad()).isNull();
        x.mul(4).sum().backward();
        assertThat(x.grad()).containsExactly(4, 4);
    }

    @Test
    void constantsAndUnreachedLeavesGetNoGradient() {
        Tensor x = leaf(1);
        Tensor constant = Tensor.of(new float[] {2});
        Tensor unreached = leaf(3);
        Tensor sideline = unreached.mul(x);
        x.mul(constant).sum().backward();
        assertThat(x.grad()).containsExactly(2);
        assertThat(constant.grad()).isNull();
        assertThat(unreached.grad()).isNull();
        assertThat(sideline.grad()).isNull();
    }

    @Test
    void aSeedWeighsTheOutputs() {
        Tensor x = leaf(1, 2);
        Backward.from(x.mul(x), new float[] {10, 100}, Backward.Keep.VALUES);
        assertThat(x.grad()).containsExactly(20, 400);
    }

    @Test
    void aTensorThatIsNoScalarNeedsASeed() {
        assertThatThrownBy(() -> leaf(1, 2).mul(2).backward()).isInstanceOf(IllegalStateException.class).hasMessage(
                "backward: a tensor of shape (2,) needs a seed gradient of that shape; only a scalar starts by itself");
        assertThatThrownBy(() -> Backward.from(leaf(1, 2).mul(2), new float[3], Backward.Keep.VALUES))
                .hasMessage("backward: a seed of 3 values does not fit shape (2,)");
    }

    @Test
    void aSecondBackwardPassIsAnError() {
        Tensor loss = leaf(1).mul(2).sum();
        loss.backward();
        assertThatThrownBy(loss::backward).isInstanceOf(IllegalStateException.class).hasMessage(WALKED);
    }

    @Test
    void buildingOnAWalkedPartIsAnErrorAndLeavesTheRestWalkable() {
        Tensor x = leaf(1);
        Tensor shared = x.mul(2);
        Tensor fresh = x.mul(5);
        shared.sum().backward();
        Tensor mixed = shared.mul(fresh).sum();
        assertThatThrownBy(mixed::backward).hasMessage("backward: part of this graph, a tensor of shape (1,), "
                + "was freed by an earlier backward pass; run its forward pass again");
        x.zeroGrad();
        fresh.sum().backward();
        assertThat(x.grad()).containsExactly(5);
    }

    @Test
    void aLeafAndAConstantHaveNothingToWalk() {
        assertThatThrownBy(() -> leaf(1).backward())
                .hasMessage("backward: this tensor is a leaf, no op made it");
        assertThatThrownBy(() -> Tensor.scalar(1).backward()).hasMessage("backward: nothing that this tensor () "
                + "was made from needs a gradient (or it was made under NoGrad)");
    }

    @Test
    void aChainOfTwentyThousandOpsIsWalkedWithoutRecursion() {
        Tensor x = leaf(1);
        Tensor y = x;
        for (int i = 0; i < 20_000; i++) {
            y = y.add(x);
        }
        y.sum().backward();
        assertThat(x.grad()).containsExactly(20_001);
    }

    @Test
    void nothingIsRecordedUnderNoGrad() {
        Tensor x = leaf(1);
        try (NoGrad off = NoGrad.open()) {
            try (NoGrad inner = NoGrad.open()) {
                assertThat(x.mul(2).needsGrad()).isFalse();
            }
            assertThat(x.mul(2).needsGrad()).isFalse();
            assertThat(x.mul(2).op()).isNull();
        }
        assertThat(x.mul(2).needsGrad()).isTrue();
    }

    @Test
    void valuesStayReadableUnlessTheWalkMayReuseThem() {
        try (Scope scope = Scope.open()) {
            Tensor x = leaf(1, 2);
            Tensor kept = x.mul(2);
            kept.sum().backward();
            assertThat(kept.data()).containsExactly(2, 4);

            Tensor reused = x.mul(2);
            Tensor loss = reused.sum();
            Backward.from(loss, Backward.Keep.NOTHING);
            assertThat(loss.item()).isEqualTo(6);
            assertThatThrownBy(reused::data).isInstanceOf(IllegalStateException.class)
                    .hasMessage("tensor (2,): its storage "
                    + "was reused by the backward pass; read it before, or use Keep.VALUES");
        }
    }

    @Test
    void aGradientHandedOnIsNotReusedWhileItIsNeeded() {
        try (Scope scope = Scope.open()) {
            Tensor x = leaf(1, 2, 3, 4);
            Tensor a = x.mul(2);
            Tensor view = a.reshape(2, 2);
            Tensor b = view.add(Tensor.scalar(1)).neg();
            Tensor c = b.transpose().exp();
            c.sum().backward();
            for (int i = 0; i < 4; i++) {
                assertThat(x.grad()[i]).isCloseTo((float) (-2 * Math.exp(-(2 * x.data()[i] + 1))), within(1e-6f));
            }
        }
    }

    @Test
    void eitherOutputOfAnOpMayStayUnused() {
        Tensor x = leaf(1, 2);
        Tensor branch = leaf(5, 7);
        Tensor gamma = leaf(1, 1);
        ResidualNorm.apply(RowNorm.LAYERNORM, x, branch, 0, null, gamma, null, 1e-5f).sum().sum().backward();
        assertThat(x.grad()).containsExactly(1, 1);
        assertThat(branch.grad()).containsExactly(1, 1);
        assertThat(gamma.grad()).containsExactly(0, 0);
    }

    @Test
    void logitsAreGoneAfterCrossEntropyInPlace() {
        Tensor logits = leaf(1, 2).mul(1).add(Tensor.zeros(1, 2));
        CrossEntropy.inPlace(logits, IntTensor.of(new int[] {0}, 1));
        assertThatThrownBy(logits::data).isInstanceOf(IllegalStateException.class)
                .hasMessage("tensor (1, 2): cross-entropy "
                + "took its storage over for the gradient; read it before, or use CrossEntropy.apply");
    }

    @Test
    void logitsConsumedWhileTheirMakerNeedsThemAreAClearError() {
        Tensor logits = Tensor.variable(new float[] {1, 2}, 1, 2).exp();
        Tensor loss = CrossEntropy.inPlace(logits, IntTensor.of(new int[] {0}, 1));
        assertThatThrownBy(loss::backward).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("cross-entropy took");
    }
}
