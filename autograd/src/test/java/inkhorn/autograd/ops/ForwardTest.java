package inkhorn.autograd.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import inkhorn.autograd.IntTensor;
import inkhorn.autograd.Rng;
import inkhorn.autograd.Shape;
import inkhorn.autograd.Tensor;
import inkhorn.autograd.kernel.RowNorm;
import inkhorn.autograd.kernel.Unary;
import java.util.Arrays;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** What ops return on small numbers that can be checked by hand. */
class ForwardTest {

    private static final Offset<Float> CLOSE = within(1e-6f);

    private static Tensor matrix() {
        return Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
    }

    private static void assertTensor(Tensor found, int[] dims, float... values) {
        assertThat(found.shape()).isEqualTo(Shape.of(dims));
        assertThat(found.data()).containsExactly(values, CLOSE);
    }

    private static int[] dims(int... dims) {
        return dims;
    }

    @Test
    void rowsColumnsAndScalarsBroadcastAsInNumPy() {
        Tensor row = Tensor.of(new float[] {10, 20, 30});
        Tensor column = Tensor.of(new float[] {100, 200}, 2, 1);
        assertTensor(matrix().add(row), dims(2, 3), 11, 22, 33, 14, 25, 36);
        assertTensor(row.add(matrix()), dims(2, 3), 11, 22, 33, 14, 25, 36);
        assertTensor(matrix().add(column), dims(2, 3), 101, 102, 103, 204, 205, 206);
        assertTensor(column.add(row), dims(2, 3), 110, 120, 130, 210, 220, 230);
        assertTensor(matrix().sub(Tensor.scalar(1)), dims(2, 3), 0, 1, 2, 3, 4, 5);
        assertTensor(Tensor.scalar(6).div(row.div(Tensor.scalar(10))), dims(3), 6, 3, 2);
        assertTensor(matrix().mul(2), dims(2, 3), 2, 4, 6, 8, 10, 12);
        assertTensor(Tensor.scalar(2).mul(Tensor.scalar(3)), dims(), 6);
        assertThat(Tensor.zeros(8, 1, 6, 1).add(Tensor.zeros(7, 1, 5)).shape()).isEqualTo(Shape.of(8, 7, 6, 5));
    }

    @Test
    void functionsOfOneNumberReturnTheirValues() {
        Tensor x = Tensor.of(new float[] {-1, 0.5f, 2});
        assertTensor(x.neg(), dims(3), 1, -0.5f, -2);
        assertTensor(x.exp(), dims(3), 0.36787945f, 1.6487213f, 7.389056f);
        assertTensor(x.relu(), dims(3), 0, 0.5f, 2);
        assertTensor(x.tanh(), dims(3), -0.7615942f, 0.46211717f, 0.9640276f);
        assertTensor(x.sigmoid(), dims(3), 0.26894143f, 0.62245935f, 0.88079710f);
        assertTensor(x.gelu(), dims(3), -0.15865526f, 0.34573123f, 1.9544997f);
        assertTensor(Elementwise.apply(Unary.GELU_TANH, x), dims(3), -0.15880801f, 0.34571401f, 1.9545977f);
        assertTensor(x.pow(2), dims(3), 1, 0.25f, 4);
        assertTensor(Tensor.of(new float[] {1, 2}).log(), dims(2), 0, 0.6931472f);
    }

    @Test
    void reductionsRunOverAllOrOneAxis() {
        assertTensor(matrix().sum(), dims(), 21);
        assertTensor(matrix().sum(0, false), dims(3), 5, 7, 9);
        assertTensor(matrix().sum(-1, true), dims(2, 1), 6, 15);
        assertTensor(matrix().mean(), dims(), 3.5f);
        assertTensor(matrix().mean(0, true), dims(1, 3), 2.5f, 3.5f, 4.5f);
        assertTensor(matrix().max(1, false), dims(2), 3, 6);
        assertTensor(matrix().max(-2, true), dims(1, 3), 4, 5, 6);
    }

    @Test
    void softmaxRunsOverTheLastAxis() {
        assertTensor(Tensor.of(new float[] {0, 0, 1, 1}, 2, 2).softmax(), dims(2, 2), 0.5f, 0.5f, 0.5f, 0.5f);
        assertTensor(Tensor.of(new float[] {1, 2}).logSoftmax(), dims(2), -1.3132617f, -0.3132617f);
    }

    @Test
    void matmulMultipliesStacksOfMatrices() {
        Tensor b = Tensor.of(new float[] {1, 0, 0, 1, 1, 1}, 3, 2);
        assertTensor(matrix().matmul(b), dims(2, 2), 4, 5, 10, 11);
        assertTensor(MatMul.apply(b, matrix(), true, true), dims(2, 2), 4, 10, 5, 11);
        assertTensor(matrix().reshape(2, 1, 3).matmul(b), dims(2, 1, 2), 4, 5, 10, 11);
        Tensor stack = Tensor.of(new float[] {1, 0, 0, 0, 0, 1}, 2, 3, 1);
        assertTensor(matrix().matmul(stack), dims(2, 2, 1), 1, 4, 3, 6);
        assertThat(Tensor.zeros(5, 1, 2, 3).matmul(Tensor.zeros(4, 3, 7)).shape()).isEqualTo(Shape.of(5, 4, 2, 7));
    }

    @Test
    void elementsMoveWhereTheyShould() {
        assertTensor(matrix().transpose(), dims(3, 2), 1, 4, 2, 5, 3, 6);
        assertTensor(matrix().reshape(1, 2, 3).transpose(2, 0, 1), dims(3, 1, 2), 1, 4, 2, 5, 3, 6);
        assertTensor(matrix().reshape(3, -1), dims(3, 2), 1, 2, 3, 4, 5, 6);
        assertTensor(matrix().reshape(-1), dims(6), 1, 2, 3, 4, 5, 6);
        assertTensor(matrix().slice(1, 1, 3), dims(2, 2), 2, 3, 5, 6);
        assertTensor(matrix().slice(0, 1, 1), dims(0, 3));
        assertTensor(Concat.apply(1, matrix(), Tensor.of(new float[] {7, 8}, 2, 1)), dims(2, 4), 1, 2, 3, 7, 4, 5, 6,
                8);
        assertTensor(Concat.apply(0, matrix(), matrix().slice(0, 0, 1)), dims(3, 3), 1, 2, 3, 4, 5, 6, 1, 2, 3);
        assertTensor(matrix().gather(IntTensor.of(new int[] {1, 0, 1, 1}, 2, 2)), dims(2, 2, 3),
                4, 5, 6, 1, 2, 3, 4, 5, 6, 4, 5, 6);
    }

    @Test
    void aReshapeSharesTheArray() {
        Tensor x = matrix();
        assertThat(x.reshape(3, 2).data()).isSameAs(x.data());
    }

    @Test
    void layerNormCentresAndScalesTheLastAxis() {
        Tensor gamma = Tensor.of(new float[] {1, 2, 1});
        Tensor beta = Tensor.of(new float[] {0, 0, 10});
        assertTensor(Normalize.apply(RowNorm.LAYERNORM, matrix(), gamma, beta, 0), dims(2, 3),
                -1.2247449f, 0, 11.2247449f, -1.2247449f, 0, 11.2247449f);
    }

    @Test
    void crossEntropyIgnoresNegativeTargets() {
        Tensor logits = Tensor.of(new float[] {1, 2, 5, 5}, 2, 2);
        assertTensor(CrossEntropy.apply(logits, IntTensor.of(new int[] {0, 1}, 2)), dims(),
                (1.3132617f + 0.6931472f) / 2);
        assertTensor(CrossEntropy.apply(logits, IntTensor.of(new int[] {0, -1}, 2)), dims(), 1.3132617f);
        assertTensor(CrossEntropy.apply(logits, IntTensor.of(new int[] {-1, -1}, 2)), dims(), 0);
    }

    @Test
    void crossEntropyInPlaceKeepsTheLogitsOfALeafOfAViewAndWithoutGradient() {
        IntTensor targets = IntTensor.of(new int[] {0, 1}, 2);
        Tensor leaf = Inputs.normal(1, 2, 3);
        Tensor view = leaf.mul(1).reshape(2, 3);
        Tensor constant = Inputs.constant(leaf);
        for (Tensor logits : new Tensor[] {leaf, view, constant}) {
            float[] before = logits.data().clone();
            CrossEntropy.inPlace(logits, targets);
            assertThat(logits.data()).isEqualTo(before);
        }
    }

    @Test
    void dropoutWithProbabilityZeroIsTheSameTensor() {
        Tensor x = matrix();
        assertThat(Drop.apply(x, 0, new Rng(1))).isSameAs(x);
    }

    @Test
    void dropoutKeepsTheShareItShouldAndTheMean() {
        int n = 100_000;
        float[] ones = new float[n];
        Arrays.fill(ones, 1);
        for (float p : new float[] {0.1f, 0.2f, 0.5f}) {
            Tensor y = Drop.apply(Tensor.of(ones), p, new Rng(3, 1, 4));
            int kept = 0;
            for (float value : y.data()) {
                kept += value != 0 ? 1 : 0;
            }
            double deviation = Math.sqrt(n * p * (1 - p));
            assertThat((double) kept).isCloseTo(n * (1 - p), within(4 * deviation));
            assertThat(y.mean().item()).isCloseTo(1, within(0.02f));
        }
    }

    @Test
    void fusedLinearTakesAVector() {
        Tensor weight = Tensor.of(new float[] {1, 2, 3, 4}, 2, 2);
        Tensor bias = Tensor.of(new float[] {0, -20});
        assertTensor(FusedLinear.apply(Tensor.of(new float[] {1, 2}), weight, bias, Unary.RELU), dims(2), 7, 0);
    }

    @Test
    void theFirstPositionAttendsToItselfOnly() {
        Tensor qkv = Inputs.normal(1, 1, 5, 12);
        Tensor y = CausalAttention.apply(qkv, 2, 0, null);
        assertThat(y.shape()).isEqualTo(Shape.of(1, 5, 4));
        for (int channel = 0; channel < 4; channel++) {
            assertThat(y.data()[channel]).isCloseTo(qkv.data()[8 + channel], CLOSE);
        }
    }

    @Test
    void laterPositionsDoNotChangeEarlierOnes() {
        Tensor qkv = Inputs.normal(1, 1, 9, 12);
        float[] before = CausalAttention.apply(qkv, 2, 0, null).data().clone();
        Arrays.fill(qkv.data(), 5 * 12, 9 * 12, 100);
        float[] after = CausalAttention.apply(qkv, 2, 0, null).data();
        assertThat(Arrays.copyOf(after, 5 * 4)).isEqualTo(Arrays.copyOf(before, 5 * 4));
    }
}
