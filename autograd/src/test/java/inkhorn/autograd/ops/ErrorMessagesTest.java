package inkhorn.autograd.ops;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import inkhorn.autograd.IntTensor;
import inkhorn.autograd.Rng;
import inkhorn.autograd.Tensor;
import inkhorn.autograd.kernel.RowNorm;
import inkhorn.autograd.kernel.Unary;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** A wrong call names the op, what was found and the rule. */
class ErrorMessagesTest {

    private static final Rng RNG = new Rng(1);

    private static Tensor of(int... dims) {
        return Tensor.zeros(dims);
    }

    private static void assertMessage(ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
    }

    @Test
    void shapesThatDoNotBroadcast() {
        assertMessage(() -> of(4, 8).add(of(4, 7)), "add: shapes do not broadcast, (4, 8) and (4, 7): "
                + "aligned at the last axis, sizes must be equal or 1");
        assertMessage(() -> of(2, 3).div(of(2)), "div: shapes do not broadcast, (2, 3) and (2,): "
                + "aligned at the last axis, sizes must be equal or 1");
    }

    @Test
    void matricesThatDoNotMultiply() {
        assertMessage(() -> of(4, 8).matmul(of(6, 3)), "matmul: inner dimensions differ, (4, 8) x (6, 3)");
        assertMessage(() -> MatMul.apply(of(4, 8), of(8, 3), false, true),
                "matmul: inner dimensions differ, (4, 8) x (8, 3) with the second transposed");
        assertMessage(() -> of(4).matmul(of(4, 3)), "matmul: rank 2 or more is needed, (4,) x (4, 3)");
        assertMessage(() -> of(2, 4, 8).matmul(of(3, 8, 5)), "matmul: shapes do not broadcast, (2,) and (3,): "
                + "aligned at the last axis, sizes must be equal or 1");
    }

    @Test
    void axesThatAreNotThere() {
        assertMessage(() -> of(2, 3).sum(2, false), "sum: no axis 2 in (2, 3), which has 2");
        assertMessage(() -> of(2, 3).max(-3, false), "max: no axis -3 in (2, 3), which has 2");
        assertMessage(() -> of(2, 0).max(1, false), "max: axis 1 of (2, 0) is empty");
        assertMessage(() -> Tensor.scalar(1).softmax(), "softmax: rank 1 or more is needed, found ()");
        assertMessage(() -> of(2, 3, 4).transpose(0, 1, 1),
                "transpose: every axis of (2, 3, 4) must be named once, found [0, 1, 1]");
        assertMessage(() -> of(5).transpose(), "transpose: rank 2 or more is needed, found (5,)");
    }

    @Test
    void partsThatDoNotFit() {
        assertMessage(() -> of(4, 8).reshape(5, -1),
                "reshape: the number of elements differs, (4, 8) to (5, -1); one size may be -1");
        assertMessage(() -> of(4, 8).reshape(31),
                "reshape: the number of elements differs, (4, 8) to (31); one size may be -1");
        assertMessage(() -> of(4, 8).slice(1, 3, 9),
                "slice: from 3 to 9 does not lie in axis 1 of (4, 8), allowed are 0 to 8");
        assertMessage(() -> Concat.apply(0, of(4, 8), of(4, 7)),
                "concat: shapes must be equal but along axis 0, (4, 8) and (4, 7)");
        assertMessage(() -> Concat.apply(0), "concat: at least one tensor is needed");
    }

    @Test
    void indicesOutsideTheirRange() {
        IntTensor ids = IntTensor.of(new int[] {0, 64, 1, 70}, 4);
        assertMessage(() -> of(65, 8).gather(ids), "gather: id 70 at index 3 is outside 0 … 64");
        assertMessage(() -> of(65, 8).gather(IntTensor.of(new int[] {-1}, 1)),
                "gather: id -1 at index 0 is outside 0 … 64");
        assertMessage(() -> of(65).gather(ids), "gather: a table of rank 2 is needed, found (65,)");
        assertMessage(() -> CrossEntropy.apply(of(4, 65), ids),
                "cross-entropy: target 70 at index 3 is outside 0 … 64");
        assertMessage(() -> CrossEntropy.inPlace(of(2, 65), ids), "cross-entropy: targets must have the logits' shape "
                + "without the last axis, logits (2, 65), targets (4,)");
    }

    @Test
    void probabilitiesOutsideTheirRange() {
        String rule = ": the probability must be at least 0 and below 1, found ";
        assertMessage(() -> Drop.apply(of(3), 1, RNG), "dropout" + rule + "1.0");
        assertMessage(() -> Drop.apply(of(3), -0.1f, RNG), "dropout" + rule + "-0.1");
        assertMessage(() -> Drop.apply(of(3), Float.NaN, RNG), "dropout" + rule + "NaN");
        assertMessage(() -> CausalAttention.apply(of(1, 2, 3), 1, 2, RNG), "attention" + rule + "2.0");
        assertMessage(() -> ResidualNorm.apply(RowNorm.LAYERNORM, of(3), of(3), 1, RNG, of(3), null, 0),
                "residual norm" + rule + "1.0");
    }

    @Test
    void parametersOfTheWrongSize() {
        assertMessage(() -> Normalize.apply(RowNorm.LAYERNORM, of(2, 8), of(7), null, 0),
                "normalize: gamma must have the size of the last axis, (7,) for (2, 8)");
        assertMessage(() -> Normalize.apply(RowNorm.LAYERNORM, of(2, 8), of(8), of(1, 8), 0),
                "normalize: beta must have the size of the last axis, (1, 8) for (2, 8)");
        assertMessage(() -> ResidualNorm.apply(RowNorm.LAYERNORM, of(2, 8), of(8), 0, null, of(8), null, 0),
                "residual norm: shapes must be equal, (2, 8) and (8,)");
        assertMessage(() -> FusedLinear.apply(of(2, 8), of(7, 3), null, null),
                "linear: the weight must be (in, out) with in the last axis of x, (2, 8) x (7, 3)");
        assertMessage(() -> FusedLinear.apply(of(2, 8), of(8, 3), of(8), null),
                "linear: the bias must have one value an output, (8,) for (8, 3)");
        assertMessage(() -> FusedLinear.apply(of(2, 8), of(8, 3), null, Unary.EXP),
                "linear: the activation must be GELU, GELU_TANH, RELU or RELU2, found EXP");
        assertMessage(() -> FusedLinear.apply(of(2, 8), of(8, 3), null, of(2, 4), of(5, 3), null),
                "linear: the added term must be (…, r) x (r, out) with the rows of x, (2, 4) x (5, 3) for"
                        + " (2, 8) x (8, 3)");
        assertMessage(() -> FusedLinear.apply(of(2, 8), of(8, 3), null, null, of(5, 3), null),
                "linear: the added term must be (…, r) x (r, out) with the rows of x, nothing x (5, 3) for"
                        + " (2, 8) x (8, 3)");
    }

    @Test
    void headsThatDoNotDivideTheChannels() {
        assertMessage(() -> CausalAttention.apply(of(2, 5, 24), 3, 0, null),
                "attention: 3 heads do not divide 8 channels of (2, 5, 24)");
        assertMessage(() -> CausalAttention.apply(of(2, 5, 24), 0, 0, null),
                "attention: 0 heads do not divide 8 channels of (2, 5, 24)");
        assertMessage(() -> CausalAttention.apply(of(2, 5, 8), 2, 0, null),
                "attention: (B, T, 3C) is needed, found (2, 5, 8)");
    }

    @Test
    void headsThatDoNotFitEachOther() {
        Tensor x = of(2, 5, 24);
        assertMessage(() -> new Heads(x, 17, 2, 4),
                "attention: 2 heads of 4 channels from channel 17 do not lie within (2, 5, 24), a (B, T, W)");
        Heads q = new Heads(x, 0, 3, 4);
        Heads k = new Heads(x, 12, 2, 4);
        assertThatThrownBy(() -> CausalAttention.apply(q, k, k, 0, null)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("queries of (2, 5, 24) with 3 heads of 4",
                        "keys of (2, 5, 24) with 2 heads of 4");
        Heads one = new Heads(x, 12, 1, 4);
        assertMessage(() -> CausalAttention.apply(q, one, one, 0, null),
                "attention: queries, keys and values must not overlap in (2, 5, 24)");
    }

    @Test
    void valuesThatDoNotFillTheirShape() {
        assertMessage(() -> Tensor.of(new float[5], 2, 3), "tensor: 5 values do not fill shape (2, 3) of 6");
        assertMessage(() -> IntTensor.of(new int[5], 2, 3), "int tensor: 5 values do not fill shape (2, 3)");
        assertMessage(() -> of(-1), "shape: negative size in (-1,)");
        assertMessage(() -> of(1 << 16, 1 << 16),
                "shape: (65536, 65536) has more elements than one array can hold (2^31 - 9)");
    }

    @Test
    void rotationsThatDoNotFit() {
        IntTensor positions = IntTensor.of(new int[] {0, 1, 2}, 1, 3);
        assertMessage(() -> Rotary.apply(of(1, 3, 8), 3, 4, of(3, 4), positions),
                "rotary: 3 heads of 4 channels do not lie within (1, 3, 8), a (B, T, W)");
        assertMessage(() -> Rotary.apply(of(1, 3, 8), 2, 4, of(3, 3), positions),
                "rotary: turns must be (positions, an even number up to 4), found (3, 3)");
        assertMessage(() -> Rotary.apply(of(1, 3, 8), 2, 4, of(2, 4), positions),
                "rotary: position 2 at index 2 is outside 0 … 1");
        assertMessage(() -> Rotary.apply(of(3, 1, 8), 2, 4, of(3, 4), positions),
                "rotary: positions must have the shape of x without the last axis, x (3, 1, 8), positions (1, 3)");
    }
}
