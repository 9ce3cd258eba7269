package inkhorn.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import inkhorn.autograd.kernel.KernelProvider;
import inkhorn.autograd.kernel.Unary;
import org.junit.jupiter.api.Test;

/** A check that cannot fail proves nothing: each kind of wrong gradient is found and named. */
class GradCheckTest {

    /** {@code y = x²} whose gradient is wrong in a chosen way. */
    private static final class Wrong extends Op {

        private enum Way { FACTOR, ONE_ELEMENT, FORGETS_TO_ADD, ADDS_TO_UNCLEAN, NONE_AT_ALL, LENGTH_FOR_SIZE }

        private final Tensor x;
        private final Way way;

        private Wrong(Tensor x, Way way) {
            super(x);
            this.x = x;
            this.way = way;
        }

        static Tensor apply(Tensor x, Way way) {
            Tensor y = result(x.shape(), x);
            KernelProvider.kernels().unary(Unary.POW, 2, x.data(), y.data(), x.size());
            return new Wrong(x, way).record(y);
        }

        @Override
        protected void backward(float[] grad) {
            if (way == Way.NONE_AT_ALL) {
                return;
            }
            GradSlot slot = x.gradSlot();
            int end = way == Way.LENGTH_FOR_SIZE ? grad.length : x.size();
            for (int i = 0; i < end; i++) {
                float share = 2 * x.data()[i] * grad[i];
                share *= way == Way.FACTOR ? 1.02f : 1;
                share *= way == Way.ONE_ELEMENT && i == 6 ? 0.9f : 1;
                boolean add = way != Way.FORGETS_TO_ADD && slot.add() || way == Way.ADDS_TO_UNCLEAN && i == 3;
                slot.array()[i] = add ? slot.array()[i] + share : share;
            }
        }
    }

    private static void check(Wrong.Way way) {
        GradCheck.check("square", x -> Wrong.apply(x[0], way), Tensor.variable(
                new float[] {1, -2, 3, 1, -2, 3, 1, -2, 3, 1, -2, 3, 1, -2, 3, 1}, 2, 8));
    }

    @Test
    void aWrongFactorIsFoundAndShown() {
        assertThatThrownBy(() -> check(Wrong.Way.FACTOR)).isInstanceOf(AssertionError.class)
                .hasMessageStartingWith("gradient of square is wrong, inputs (2, 8), input 0, elements 0 … 1: ")
                .hasMessageContaining("analytic ")
                .hasMessageContaining(", numeric ").hasMessageContaining(", difference ")
                .hasMessageContaining(", allowed ");
    }

    @Test
    void theRegionOfAWrongElementIsNamed() {
        assertThatThrownBy(() -> check(Wrong.Way.ONE_ELEMENT)).hasMessageContaining("elements 6 … 7: ");
    }

    @Test
    void aGradientThatOverwritesWhatWasThereIsFound() {
        assertThatThrownBy(() -> check(Wrong.Way.FORGETS_TO_ADD)).hasMessageContaining("added twice to a leaf");
    }

    @Test
    void aGradientThatAddsToAnUncleanArrayIsFound() {
        assertThatThrownBy(() -> check(Wrong.Way.ADDS_TO_UNCLEAN)).isInstanceOf(AssertionError.class);
    }

    @Test
    void aMissingGradientIsFound() {
        assertThatThrownBy(() -> check(Wrong.Way.NONE_AT_ALL)).hasMessageContaining("input 0: no gradient arrived");
    }

    @Test
    void anOpThatTakesAnArraysLengthForTheSizeIsFoundAtAnySize() {
        assertThatThrownBy(() -> check(Wrong.Way.LENGTH_FOR_SIZE)).isInstanceOf(AssertionError.class)
                .hasMessageStartingWith("square: ").hasMessageContaining("size()")
                .hasRootCauseInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void anInputWhoseArrayIsLongerThanItIsCheckedToo() {
        try (Scope scope = Scope.open()) {
            GradCheck.check("square", x -> x[0].mul(x[0]), GradCheck.input(1, 20_000).mul(2));
        }
    }

    @Test
    void aConstantInputIsNotChecked() {
        Tensor constant = Tensor.of(new float[] {1, 2});
        GradCheck.check("first only", x -> x[0].mul(x[1]), GradCheck.input(1, 2), constant);
        assertThat(constant.grad()).isNull();
    }

    @Test
    void inputsAreTheSameForTheSameSeed() {
        assertThat(GradCheck.input(3, 4, 5).data()).isEqualTo(GradCheck.input(3, 20).data());
        assertThat(GradCheck.input(3).shape()).isEqualTo(Shape.SCALAR);
    }
}
