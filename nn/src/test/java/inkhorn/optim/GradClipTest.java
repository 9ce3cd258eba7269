package inkhorn.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import inkhorn.autograd.Tensor;
import inkhorn.nn.Parameter;
import java.util.List;
import org.junit.jupiter.api.Test;

class GradClipTest {

    private final List<Parameter> threeAndFour = List.of(withGradient("a", 3, 0), withGradient("b", 0, 4));

    @Test
    void theNormIsThatOfAllGradientsTogether() {
        assertThat(GradClip.of(threeAndFour, 1).norm()).isEqualTo(5);
    }

    @Test
    void theFactorIsTorchs() {
        assertThat(GradClip.of(threeAndFour, 1).factor()).isCloseTo(1 / (5 + 1e-6), within(1e-15));
    }

    @Test
    void gradientsBelowTheBoundStay() {
        assertThat(GradClip.of(threeAndFour, 6).factor()).isEqualTo(1);
    }

    @Test
    void aBoundOfZeroMeansNone() {
        assertThat(GradClip.of(threeAndFour, 0)).isEqualTo(new GradClip(5, 1));
    }

    @Test
    void aParameterWithoutGradientDoesNotCount() {
        Parameter idle = new Parameter("idle", Tensor.variable(new float[] {7}), "");
        assertThat(GradClip.of(List.of(threeAndFour.get(0), idle), 0).norm()).isEqualTo(3);
    }

    @Test
    void aGradientThatIsNotANumberShows() {
        assertThat(GradClip.of(List.of(withGradient("a", 1, Float.NaN)), 1).norm()).isNaN();
    }

    @Test
    void aNegativeBoundIsRefused() {
        assertThatThrownBy(() -> GradClip.of(threeAndFour, -1)).hasMessage("grad_clip must be at least 0, found -1.0");
    }

    static Parameter withGradient(String name, float... gradient) {
        Tensor tensor = Tensor.variable(new float[gradient.length]);
        System.arraycopy(gradient, 0, tensor.gradSlot().array(), 0, gradient.length);
        return new Parameter(name, tensor, "");
    }
}
