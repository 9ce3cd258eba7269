package inkhorn.autograd.ops;

import static inkhorn.autograd.kernel.Samples.indices;
import static inkhorn.autograd.kernel.Samples.normal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import inkhorn.autograd.Backward;
import inkhorn.autograd.IntTensor;
import inkhorn.autograd.NoGrad;
import inkhorn.autograd.Scope;
import inkhorn.autograd.Shape;
import inkhorn.autograd.Tensor;
import inkhorn.autograd.kernel.Backend;
import inkhorn.autograd.kernel.KernelProvider;
import inkhorn.autograd.kernel.Kernels;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The loss of logits that are never held whole has the bits of the loss of logits that are. */
class LinearCrossEntropyTest {
    private static final int CHANNELS = 13;

    /** Of which part of the logits is held; 1 makes the parts as small as their bits allow. */
    private static final int SMALLEST = 1;

    private record Head(int rows, int vocabulary, int ignored) {
        Tensor x() {
            return Tensor.variable(normal(1, rows * CHANNELS), rows, CHANNELS);
        }

        Tensor table() {
            return Tensor.variable(normal(2, vocabulary * CHANNELS), vocabulary, CHANNELS);
        }

        IntTensor targets() {
            int[] targets = indices(3, rows, vocabulary);
            for (int i = 0; i < ignored; i++) {
                targets[(i * 7 + 1) % rows] = -1;
            }
            return IntTensor.of(targets, rows);
        }
    }

    /** The losses of three accumulated passes, and the gradients of x and the table. */
    private static List<float[]> results(Head head, LossTerms terms, float cap, int mostLogits, float share) {
        Tensor x = head.x();
        Tensor table = head.table();
        float[] losses = new float[3];
        for (int pass = 0; pass < losses.length; pass++) {
            try (Scope step = Scope.open()) {
                Tensor loss = mostLogits == 0
                        ? CrossEntropy.inPlace(wholeLogits(x, table, cap), head.targets(), terms)
                        : LinearCrossEntropy.apply(x, table, head.targets(), terms, cap, mostLogits);
                Backward.from(loss, new float[] {share}, Backward.Keep.NOTHING);
                losses[pass] = loss.item();
            }
        }
        return List.of(losses, x.grad(), table.grad());
    }

    private static Tensor wholeLogits(Tensor x, Tensor table, float cap) {
        Tensor logits = MatMul.apply(x, table, false, true);
        return cap == 0 ? logits : Softcap.apply(logits, cap);
    }

    static List<Backend> backends() {
        return Backend.ALL;
    }

    @ParameterizedTest
    @MethodSource("backends")
    void itsBitsAreThoseOfWholeLogits(Backend backend) {
        try (Kernels kernels = backend.create().apply(2); var here = KernelProvider.using(kernels)) {
            for (int rows : new int[] {9, 64, 65, 131, 781}) {
                for (int vocabulary : new int[] {7, 385, 1171}) {
                    for (int ignored : new int[] {0, rows / 3}) {
                        assertBitsOfWholeLogits(new Head(rows, vocabulary, ignored), LossTerms.NONE,
                                ignored == 0 ? 0 : 2.7f);
                    }
                }
            }
            for (float cap : new float[] {0, 2.7f}) {
                assertBitsOfWholeLogits(new Head(131, 385, 7), new LossTerms(0.1, 0.01), cap);
            }
        }
    }

    private static void assertBitsOfWholeLogits(Head head, LossTerms terms, float cap) {
        List<float[]> whole = results(head, terms, cap, 0, 1 / 3f);
        for (int mostLogits : new int[] {SMALLEST, 100_000}) {
            List<float[]> inParts = results(head, terms, cap, mostLogits, 1 / 3f);
            for (int i = 0; i < whole.size(); i++) {
                assertThat(inParts.get(i)).as("%s, %d at a time, result %d", head, mostLogits, i)
                        .isEqualTo(whole.get(i));
            }
        }
    }

    @Test
    void withoutATargetThatCountsTheLossAndItsGradientsAreZero() {
        List<float[]> results = results(new Head(5, 400, 5), new LossTerms(0.1, 0.01), 0, SMALLEST, 1);
        assertThat(results).allSatisfy(values -> assertThat(values).containsOnly(0));
    }

    /** The definition, in double. */
    @Test
    void itIsTheMeanOfTheLogarithms() {
        Head head = new Head(130, 500, 20);
        float[] x = head.x().data();
        float[] table = head.table().data();
        double total = 0;
        for (int row = 0; row < head.rows; row++) {
            double[] logits = new double[head.vocabulary];
            double sum = 0;
            for (int v = 0; v < logits.length; v++) {
                for (int c = 0; c < CHANNELS; c++) {
                    logits[v] += (double) x[row * CHANNELS + c] * table[v * CHANNELS + c];
                }
                sum += Math.exp(logits[v]);
            }
            int target = head.targets().data()[row];
            total += target < 0 ? 0 : Math.log(sum) - logits[target];
        }
        try (NoGrad off = NoGrad.open()) {
            assertThat((double) LinearCrossEntropy.apply(head.x(), head.table(), head.targets(), LossTerms.NONE, 0,
                    SMALLEST).item())
                    .isCloseTo(total / (head.rows - head.ignored), within(1e-5));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {64, 4096, 65_536})
    void logitsOfMoreThan64MebibytesAreNeverHeldWhole(int rows) {
        int vocabulary = 50_257;
        try (Scope shapes = Scope.openOnShapes()) {
            Tensor x = Tensor.variable(Shape.of(rows, CHANNELS));
            Tensor table = Tensor.variable(Shape.of(vocabulary, CHANNELS));
            List<Long> held = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                try (Scope step = Scope.open()) {
                    Backward.from(LinearCrossEntropy.apply(x, table, IntTensor.of(new int[rows], rows)));
                }
                held.add(shapes.heldBytes());
            }
            long smallestPart = 4L * rows * 384;
            assertThat(held.get(0)).isEqualTo(held.get(1)).isLessThan(Math.max(64 << 20, smallestPart) + 10_000);
        }
    }

    @Test
    void whatDoesNotFitIsNamed() {
        Tensor x = Tensor.of(new float[6], 2, 3);
        Tensor table = Tensor.of(new float[12], 4, 3);
        Tensor narrow = Tensor.of(new float[8], 4, 2);
        assertThatThrownBy(() -> LinearCrossEntropy.apply(x, narrow, IntTensor.of(new int[2], 2))).hasMessage(
                "linear cross-entropy: the table must be (V, C) with C the last axis of x, (2, 3) x (4, 2)");
        assertThatThrownBy(() -> LinearCrossEntropy.apply(x, table, IntTensor.of(new int[3], 3))).hasMessage(
                "linear cross-entropy: targets must have the shape of x without the last axis, x (2, 3), targets (3,)");
        assertThatThrownBy(() -> LinearCrossEntropy.apply(x, table, IntTensor.of(new int[] {1, 4}, 2)))
                .hasMessage("linear cross-entropy: target 4 at index 1 is outside 0 … 3");
    }
}
