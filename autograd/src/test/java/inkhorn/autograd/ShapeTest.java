package inkhorn.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ShapeTest {

    @Test
    void sizesCountFromBothEnds() {
        Shape shape = Shape.of(2, 3, 5);
        assertThat(shape.rank()).isEqualTo(3);
        assertThat(shape.size()).isEqualTo(30);
        assertThat(shape.dim(0)).isEqualTo(2);
        assertThat(shape.dim(-2)).isEqualTo(3);
        assertThat(shape.last()).isEqualTo(5);
        assertThat(shape.sizeOf(1, 3)).isEqualTo(15);
        assertThat(shape.strides()).containsExactly(15, 5, 1);
        assertThatThrownBy(() -> shape.dim(3)).hasMessage("shape: no axis 3 in (2, 3, 5), allowed are -3 to 2");
    }

    @Test
    void aScalarHasNoAxesAndOneElement() {
        assertThat(Shape.SCALAR.rank()).isZero();
        assertThat(Shape.SCALAR.size()).isEqualTo(1);
        assertThat(Shape.of()).isEqualTo(Shape.SCALAR);
    }

    @Test
    void printsAsPythonDoes() {
        assertThat(Shape.SCALAR).hasToString("()");
        assertThat(Shape.of(3)).hasToString("(3,)");
        assertThat(Shape.of(2, 3)).hasToString("(2, 3)");
    }

    @Test
    void broadcastsByNumPysRule() {
        assertThat(Shape.of(8, 1, 6, 1).broadcast(Shape.of(7, 1, 5), "test")).isEqualTo(Shape.of(8, 7, 6, 5));
        assertThat(Shape.of(5, 4).broadcast(Shape.SCALAR, "test")).isEqualTo(Shape.of(5, 4));
        assertThat(Shape.of(1).broadcast(Shape.of(0), "test")).isEqualTo(Shape.of(0));
        assertThat(Shape.of(3, 1).stridesIn(Shape.of(2, 3, 4))).containsExactly(0, 1, 0);
    }

    @Test
    void axesAreReplacedAndLeftOut() {
        assertThat(Shape.of(2, 3, 5).with(-1, 7)).isEqualTo(Shape.of(2, 3, 7));
        assertThat(Shape.of(2, 3, 5).without(1)).isEqualTo(Shape.of(2, 5));
        assertThat(Shape.of(2).without(0)).isEqualTo(Shape.SCALAR);
    }
}
