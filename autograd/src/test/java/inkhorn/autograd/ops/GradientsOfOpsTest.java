package inkhorn.autograd.ops;

import static org.assertj.core.api.Assertions.assertThat;

import inkhorn.autograd.Backward;
import inkhorn.autograd.GradCheck;
import inkhorn.autograd.IntTensor;
import inkhorn.autograd.Op;
import inkhorn.autograd.OpsOf;
import inkhorn.autograd.Recomputed;
import inkhorn.autograd.Rng;
import inkhorn.autograd.Scope;
import inkhorn.autograd.Tensor;
import inkhorn.autograd.TestsThatRan;
import inkhorn.autograd.kernel.RowNorm;
import inkhorn.autograd.kernel.Unary;
import java.io.File;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The gradient of every op matches finite differences. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GradientsOfOpsTest {

    private static final Rng RNG = new Rng(42, 7, 3);
    private static final float EPS = 1e-5f;

    /** Every way two shapes can go together. */
    private static final int[][][] PAIRS = {{{3, 7}, {3, 7}}, {{3, 7}, {7}}, {{7}, {3, 7}}, {{3, 7}, {3, 1}},
        {{3, 1}, {1, 7}},
        {{2, 3, 5}, {1, 3, 1}}, {{2, 1, 5, 1}, {3, 1, 4}}, {{}, {3, 5}}, {{3, 5}, {}}, {{1, 1}, {}}, {{1}, {13}}};

    /** Those whose gradient a test of this class has compared with finite differences. */
    private final Set<Class<?>> checked = new HashSet<>();
    private final TestsThatRan ran = new TestsThatRan();

    private void check(String name, Function<Tensor[], Tensor> function, Tensor... inputs) {
        GradCheck.check(name, function, inputs);
        checked.addAll(OpsOf.graph(function.apply(inputs)));
        assertThat(bytesAfterTwoSteps(Scope.openOnShapes(), function, inputs)).as("bytes of %s on shapes", name)
                .isEqualTo(bytesAfterTwoSteps(Scope.open(), function, inputs));
    }

    /** Step arrays and permanent ones after two equal steps inside a scope, which is closed then. */
    private static List<Long> bytesAfterTwoSteps(Scope outermost, Function<Tensor[], Tensor> function, Tensor[] like) {
        try (outermost) {
            Tensor[] inputs = Arrays.stream(like)
                    .map(x -> x.needsGrad() ? Tensor.variable(x.shape()) : x).toArray(Tensor[]::new);
            List<Long> bytes = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                try (Scope step = Scope.open()) {
                    Tensor out = function.apply(inputs);
                    bytes.add(step.liveBytes());
                    Backward.from(out, new float[out.size()], Backward.Keep.NOTHING);
                }
                bytes.add(outermost.heldBytes());
            }
            bytes.add(outermost.permanentBytes());
            return bytes;
        }
    }

    @BeforeEach
    final void note(TestInfo test) {
        ran.add(test);
    }

    /** A new op without a check in this class turns it red. */
    @AfterAll
    final void everyOpHasBeenChecked() throws Exception {
        if (ran.areAllOf(getClass())) {
            assertThat(checked).containsAll(classesOfOps()).hasSizeGreaterThan(15);
        }
    }

    private static Set<Class<?>> classesOfOps() throws URISyntaxException, ClassNotFoundException {
        File[] files = new File(MatMul.class.getResource("MatMul.class").toURI()).getParentFile().listFiles();
        Set<Class<?>> ops = new HashSet<>();
        for (File file : files) {
            Class<?> type = Class.forName("inkhorn.autograd.ops." + file.getName().replace(".class", ""));
            if (Op.class.isAssignableFrom(type)) {
                ops.add(type);
            }
        }
        return ops;
    }

    @Test
    void gradientsOfBroadcastAddSubMulAndDiv() {
        for (int[][] pair : PAIRS) {
            Tensor a = Inputs.normal(1, pair[0]);
            Tensor b = Inputs.positive(2, pair[1]);
            check("add", x -> x[0].add(x[1]), a, b);
            check("sub", x -> x[0].sub(x[1]), a, b);
            check("mul", x -> x[0].mul(x[1]), a, b);
            check("div", x -> x[0].div(x[1]), a, b);
        }
    }

    @Test
    void gradientsOfAnOperandUsedTwice() {
        Tensor x = Inputs.positive(3, 3, 7);
        check("x + x", t -> t[0].add(t[0]), x);
        check("x - 2x", t -> t[0].sub(t[0].add(t[0])), x);
        check("x * x", t -> t[0].mul(t[0]), x);
        check("x / x²", t -> t[0].div(t[0].mul(t[0])), x);
        check("x · xᵀ", t -> MatMul.apply(t[0], t[0], false, true), x);
        check("x beside x", t -> Concat.apply(1, t[0], t[0]), x);
        check("x(1 + exp x)", t -> t[0].add(t[0].mul(t[0].exp())), x);
    }

    @Test
    void gradientsOfFunctionsOfOneNumber() {
        Tensor x = Inputs.normal(4, 13, 5);
        Tensor positive = Inputs.positive(5, 13, 5);
        check("neg", t -> t[0].neg(), x);
        check("exp", t -> t[0].exp(), x);
        check("log", t -> t[0].log(), positive);
        check("tanh", t -> t[0].tanh(), x);
        check("sigmoid", t -> t[0].sigmoid(), x);
        check("relu", t -> t[0].relu(), Inputs.awayFromZero(6, 13, 5));
        check("gelu", t -> t[0].gelu(), x);
        check("gelu-tanh", t -> Elementwise.apply(Unary.GELU_TANH, t[0]), x);
        check("pow 3", t -> t[0].pow(3), x);
        check("pow -0.5", t -> t[0].pow(-0.5f), positive);
        check("pow 0", t -> t[0].pow(0), x);
        check("times 3", t -> t[0].mul(3), x);
    }

    @ParameterizedTest
    @EnumSource
    void gradientOfEachFunctionOfOneNumber(Unary f) {
        boolean ofPositives = f == Unary.LOG || f == Unary.POW;
        check(f.name(), t -> Elementwise.apply(f, 1.5f, t[0]),
                ofPositives ? Inputs.positive(5, 7, 3) : Inputs.awayFromZero(4, 7, 3));
    }

    @Test
    void gradientsOfReductions() {
        Tensor x = Inputs.normal(7, 3, 5, 7);
        Tensor distinct = Inputs.distinct(3, 5, 7);
        check("sum", t -> t[0].sum(), x);
        check("mean", t -> t[0].mean(), x);
        for (int axis = -3; axis < 3; axis++) {
            int along = axis;
            boolean keep = axis % 2 == 0;
            check("sum along " + axis, t -> t[0].sum(along, keep), x);
            check("mean along " + axis, t -> t[0].mean(along, keep), x);
            check("max along " + axis, t -> t[0].max(along, keep), distinct);
        }
    }

    @Test
    void gradientsOfSoftmaxAndItsLogarithm() {
        for (int n : new int[] {1, 3, 13, 65}) {
            check("softmax", t -> t[0].softmax(), Inputs.normal(8, 5, n));
            check("log-softmax", t -> t[0].logSoftmax(), Inputs.normal(9, 2, 3, n));
        }
    }

    @ParameterizedTest
    @CsvSource({"false,false", "false,true", "true,false", "true,true"})
    void gradientsOfMatrixProducts(boolean transA, boolean transB) {
        int[][][] leads = {{{}, {}}, {{3}, {}}, {{}, {3}}, {{2, 3}, {}}, {{2, 1}, {3}}, {{2, 3}, {2, 3}}, {{1}, {4}},
            {{4}, {1}}};
        for (int[][] lead : leads) {
            Tensor a = Inputs.normal(10, matrix(lead[0], transA ? 7 : 5, transA ? 5 : 7));
            Tensor b = Inputs.normal(11, matrix(lead[1], transB ? 3 : 7, transB ? 7 : 3));
            check("matmul", t -> MatMul.apply(t[0], t[1], transA, transB), a, b);
        }
    }

    private static int[] matrix(int[] lead, int rows, int columns) {
        int[] dims = Arrays.copyOf(lead, lead.length + 2);
        dims[lead.length] = rows;
        dims[lead.length + 1] = columns;
        return dims;
    }

    @Test
    void gradientsOfMovedElements() {
        Tensor x = Inputs.normal(12, 3, 5, 7);
        check("transpose", t -> t[0].transpose(), x);
        check("transpose 2 0 1", t -> t[0].transpose(2, 0, 1), x);
        check("transpose -1 1 0", t -> t[0].transpose(-1, 1, 0), x);
        check("reshape", t -> t[0].reshape(15, -1), x);
        check("reshape, then tanh", t -> t[0].reshape(-1).tanh(), x);
        check("slice 0", t -> t[0].slice(0, 1, 3), x);
        check("slice 1", t -> t[0].slice(1, 0, 2), x);
        check("slice -1", t -> t[0].slice(-1, 6, 7), x);
        check("two overlapping slices", t -> t[0].slice(1, 0, 3).mul(t[0].slice(1, 2, 5)), x);
        check("concat", t -> Concat.apply(1, t[0], t[1], t[0]), x, Inputs.normal(13, 3, 2, 7));
        check("concat last", t -> Concat.apply(-1, t[0], t[1]), x, Inputs.normal(14, 3, 5, 1));
    }

    @Test
    void gradientOfGather() {
        IntTensor ids = IntTensor.of(new int[] {4, 0, 4, 2, 4, 1}, 2, 3);
        check("gather", t -> t[0].gather(ids), Inputs.normal(15, 5, 7));
    }

    @Test
    void gradientOfDropout() {
        check("dropout", t -> Drop.apply(t[0], 0.4f, RNG), Inputs.normal(16, 13, 7));
        check("no dropout", t -> Drop.apply(t[0], 0, RNG).tanh(), Inputs.normal(16, 13, 7));
    }

    @ParameterizedTest
    @EnumSource
    void gradientsOfNormalizing(RowNorm norm) {
        Tensor x = Inputs.normal(17, 2, 5, 13);
        Tensor gamma = Inputs.positive(18, 13);
        Tensor beta = Inputs.normal(19, 13);
        check(norm + " norm", t -> Normalize.apply(norm, t[0], t[1], t[2], EPS), x, gamma, beta);
        check(norm + " norm without beta", t -> Normalize.apply(norm, t[0], t[1], null, EPS), x, gamma);
    }

    @Test
    void gradientsOfCrossEntropy() {
        IntTensor targets = IntTensor.of(new int[] {3, -1, 0, 12, 7, 7}, 2, 3);
        Tensor logits = Inputs.normal(20, 2, 3, 13);
        check("cross-entropy", t -> CrossEntropy.apply(t[0], targets), logits);
        check("cross-entropy times -3", t -> CrossEntropy.apply(t[0], targets).mul(-3), logits);
        check("cross-entropy in place", t -> CrossEntropy.inPlace(t[0].mul(2), targets).mul(-3), logits);
        check("cross-entropy in place of a view", t -> CrossEntropy.inPlace(t[0].mul(2).reshape(2, 3, 13), targets),
                logits);
    }

    @Test
    void gradientsOfLinearCrossEntropy() {
        int vocabulary = 900;
        IntTensor targets = IntTensor.of(new int[] {3, -1, 0, 899, 383, 384}, 2, 3);
        Tensor x = Inputs.normal(34, 2, 3, 5);
        Tensor table = Inputs.normal(35, vocabulary, 5);
        check("linear cross-entropy", t -> LinearCrossEntropy.apply(t[0], t[1], targets), x, table);
        check("linear cross-entropy in parts times -3",
                t -> LinearCrossEntropy.apply(t[0], t[1], targets, LossTerms.NONE, 0, 1).mul(-3), x, table);
        check("linear cross-entropy of a constant table", t -> LinearCrossEntropy.apply(t[0], t[1], targets), x,
                Inputs.constant(table));
    }

    @Test
    void gradientsOfCappedLogits() {
        IntTensor targets = IntTensor.of(new int[] {3, -1, 0, 899, 383, 384}, 2, 3);
        Tensor x = Inputs.normal(34, 2, 3, 5);
        check("softcap", t -> Softcap.apply(t[0].mul(2), 1.5f), x);
        check("capped linear cross-entropy in parts", t -> LinearCrossEntropy.apply(t[0], t[1], targets,
                LossTerms.NONE, 1.5f, 1).mul(-3), x, Inputs.normal(35, 900, 5));
        check("capped linear cross-entropy with all terms", t -> LinearCrossEntropy.apply(t[0], t[1], targets,
                new LossTerms(0.2, 0.1), 1.5f, 1).mul(-3), x, Inputs.normal(35, 900, 5));
    }

    @Test
    void gradientsOfARecomputedPart() {
        Tensor x = Inputs.normal(36, 2, 3, 7);
        Tensor other = Inputs.normal(37, 2, 3, 7);
        Tensor weight = Inputs.normal(38, 7, 7);
        check("recomputed", t -> Recomputed.apply(in -> new Tensor[] {in[0].matmul(t[1]).gelu()}, t[0])[0].mul(t[0]),
                x, weight);
        check("recomputed with two outputs", t -> {
            Tensor[] both = Recomputed.apply(in -> {
                Tensor product = in[0].matmul(t[2]);
                return new Tensor[] {product.add(in[1]).tanh(), product.mul(product)};
            }, t[0], t[1]);
            return both[0].mul(both[1]);
        }, x, other, weight);
    }

    @Test
    void gradientsOfFusedLinear() {
        Tensor x = Inputs.normal(21, 2, 3, 7);
        Tensor weight = Inputs.normal(22, 7, 13);
        Tensor bias = Inputs.normal(23, 13);
        for (Unary activation : new Unary[] {null, Unary.GELU, Unary.GELU_TANH}) {
            check("linear " + activation, t -> FusedLinear.apply(t[0], t[1], t[2], activation), x, weight, bias);
            check("linear " + activation + " without bias",
                    t -> FusedLinear.apply(t[0], t[1], null, activation), x, weight);
        }
    }

    @Test
    void gradientsOfFusedLinearWithATermOfLowRank() {
        Tensor x = Inputs.normal(21, 2, 3, 7);
        Tensor weight = Inputs.normal(22, 7, 13);
        Tensor bias = Inputs.normal(23, 13);
        Tensor down = Inputs.normal(25, 7, 2);
        Tensor up = Inputs.normal(26, 2, 13);
        for (Unary activation : new Unary[] {null, Unary.GELU, Unary.GELU_TANH}) {
            check("linear " + activation + " with a term", t -> FusedLinear.apply(t[0], t[1], t[2],
                    Drop.apply(t[0], 0.3f, RNG).matmul(t[3]).mul(0.5f), t[4], activation), x, weight, bias, down, up);
        }
        check("linear with a term of its own", t -> FusedLinear.apply(t[0], t[1], null, t[2], t[3], null), x, weight,
                Inputs.normal(27, 2, 3, 2), up);
    }

    @Test
    void gradientsOfFusedLinearWithReluAwayFromItsKink() {
        Tensor x = Inputs.positive(24, 5, 3);
        Tensor weight = Tensor.variable(new float[] {2, -3, 2, -1, 3, -2}, 3, 2);
        check("linear relu", t -> FusedLinear.apply(t[0], t[1], t[2], Unary.RELU), x, weight,
                Tensor.variable(new float[] {0.5f, -0.5f}, 2));
    }

    @Test
    void gradientOfCausalAttention() {
        check("attention", t -> CausalAttention.apply(t[0], 2, 0, null), Inputs.normal(25, 2, 7, 18));
        check("attention with ALiBi", t -> CausalAttention.apply(Heads.third(t[0], 0, 3), Heads.third(t[0], 1, 3),
                Heads.third(t[0], 2, 3), true, 0, null), Inputs.normal(25, 2, 7, 18));
        check("attention with dropout", t -> CausalAttention.apply(t[0], 3, 0.3f, RNG), Inputs.normal(26, 1, 13, 27));
        check("attention of one position", t -> CausalAttention.apply(t[0], 1, 0, null), Inputs.normal(27, 2, 1, 6));
        check("attention of groups of heads", t -> CausalAttention.apply(new Heads(t[0], 0, 4, 3),
                new Heads(t[0], 12, 2, 3), new Heads(t[0], 18, 2, 3), 0.3f, RNG), Inputs.normal(28, 2, 7, 24));
        check("attention between three tensors", t -> CausalAttention.apply(Inputs.heads(t[0], 4),
                Inputs.heads(t[1], 2), Inputs.heads(t[2], 2), 0, null),
                Inputs.normal(29, 2, 7, 12), Inputs.normal(30, 2, 7, 6), Inputs.normal(31, 2, 7, 6));
        check("attention over views with gaps", t -> CausalAttention.apply(new Heads(t[0], 2, 2, 3),
                new Heads(t[1], 1, 2, 3), new Heads(t[0], 9, 2, 3), 0, null), Inputs.normal(32, 2, 7, 16),
                Inputs.normal(33, 2, 7, 8));
    }

    @Test
    void gradientOfRotaryPositions() {
        IntTensor positions = IntTensor.of(new int[] {0, 1, 2, 4, 5, 1}, 2, 3);
        Tensor turns = Inputs.constant(Inputs.normal(39, 6, 4));
        check("rotary", t -> Rotary.apply(t[0], 2, 5, turns, positions), Inputs.normal(40, 2, 3, 13));
        check("rotary of a product", t -> Rotary.apply(t[0].mul(t[0]), 1, 4, turns, positions).mul(t[0]),
                Inputs.normal(41, 2, 3, 4));
    }

    @ParameterizedTest
    @EnumSource
    void gradientsOfResidualNorm(RowNorm norm) {
        Tensor x = Inputs.normal(28, 2, 3, 13);
        Tensor branch = Inputs.normal(29, 2, 3, 13);
        Tensor gamma = Inputs.positive(30, 13);
        Tensor beta = Inputs.normal(31, 13);
        for (float p : new float[] {0, 0.3f}) {
            check(norm + " normed", t -> ResidualNorm.apply(norm, t[0], t[1], p, RNG, t[2], t[3], EPS).normed(),
                    x, branch, gamma, beta);
            check(norm + " sum", t -> {
                Tensor sum = ResidualNorm.apply(norm, t[0], t[1], p, RNG, t[2], null, EPS).sum();
                return sum.mul(sum);
            }, x, branch, Inputs.constant(gamma));
            check(norm + " both", t -> {
                ResidualNorm.Result both = ResidualNorm.apply(norm, t[0], t[1], p, RNG, t[2], null, EPS);
                return both.sum().tanh().mul(both.normed());
            }, x, branch, gamma);
        }
    }
}
