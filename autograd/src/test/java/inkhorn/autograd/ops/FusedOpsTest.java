package inkhorn.autograd.ops;

import static inkhorn.autograd.kernel.Samples.assertClose;

import inkhorn.autograd.Backward;
import inkhorn.autograd.IntTensor;
import inkhorn.autograd.Rng;
import inkhorn.autograd.Tensor;
import inkhorn.autograd.kernel.AttentionShape;
import inkhorn.autograd.kernel.CounterRandom;
import inkhorn.autograd.kernel.RowNorm;
import inkhorn.autograd.kernel.Samples;
import inkhorn.autograd.kernel.Unary;
import java.util.Arrays;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.NullSource;

/** Every fused op equals its composition from general ops: its value and the gradients of all inputs. */
class FusedOpsTest {

    private static final Rng RNG = new Rng(42, 7, 3);
    private static final float EPS = 1e-5f;
    private static final double CLOSE = 2e-5;

    private static void assertEqual(Function<Tensor[], Tensor> fused, Function<Tensor[], Tensor> composed,
                                    Tensor... like) {
        Tensor[] first = leaves(like);
        Tensor[] second = leaves(like);
        Tensor found = fused.apply(first);
        Tensor expected = composed.apply(second);
        assertClose("value", found.data(), Samples.doubles(expected.data()), CLOSE);
        float[] seed = Samples.normal(5, found.size());
        Backward.from(found, seed, Backward.Keep.VALUES);
        Backward.from(expected, seed, Backward.Keep.VALUES);
        for (int i = 0; i < like.length; i++) {
            assertClose("gradient of input " + i, first[i].grad(), Samples.doubles(second[i].grad()), CLOSE);
        }
    }

    private static Tensor[] leaves(Tensor[] like) {
        return Arrays.stream(like).map(x -> Tensor.variable(x.data().clone(), x.shape().dims())).toArray(Tensor[]::new);
    }

    @ParameterizedTest
    @NullSource
    @EnumSource(names = {"GELU", "GELU_TANH", "RELU", "RELU2"})
    void fusedLinearIsMatmulThenBiasThenActivation(Unary activation) {
        Tensor x = Inputs.normal(1, 3, 13, 31);
        Tensor weight = Inputs.normal(2, 31, 65);
        Tensor bias = Inputs.normal(3, 65);
        assertEqual(t -> FusedLinear.apply(t[0], t[1], t[2], activation),
                t -> activate(activation, t[0].matmul(t[1]).add(t[2])), x, weight, bias);
        assertEqual(t -> FusedLinear.apply(t[0], t[1], null, activation),
                t -> activate(activation, t[0].matmul(t[1])), x, weight);
    }

    @ParameterizedTest
    @NullSource
    @EnumSource(names = {"GELU", "GELU_TANH", "RELU", "RELU2"})
    void fusedLinearAddsATermOfLowRankBeforeTheActivation(Unary activation) {
        assertEqual(t -> FusedLinear.apply(t[0], t[1], t[2], t[3], t[4], activation),
                t -> activate(activation, t[0].matmul(t[1]).add(t[2]).add(t[3].matmul(t[4]))),
                Inputs.normal(1, 3, 13, 31), Inputs.normal(2, 31, 65), Inputs.normal(3, 65),
                Inputs.normal(4, 3, 13, 5), Inputs.normal(5, 5, 65));
    }

    @Test
    void aCapIsTheTanhOfWhatIsDividedByIt() {
        assertEqual(t -> Softcap.apply(t[0], 1.7f), t -> t[0].mul(1 / 1.7f).tanh().mul(1.7f),
                Inputs.normal(6, 13, 31));
    }

    private static Tensor activate(Unary activation, Tensor z) {
        return activation == null ? z : Elementwise.apply(activation, z);
    }

    @ParameterizedTest
    @CsvSource({"1,1,1,1,1,0", "2,7,3,3,5,0", "2,7,3,3,5,0.3", "1,65,2,2,13,0", "1,65,2,2,13,0.5", "3,33,1,1,16,0.1",
        "2,7,4,2,5,0.3", "1,65,3,1,13,0"})
    void causalAttentionIsMaskedSoftmaxBetweenProducts(int batch, int time, int heads, int keyHeads, int size,
                                                       float p) {
        AttentionShape shape = new AttentionShape(batch, time, heads, keyHeads, size);
        int channels = heads * size;
        int keyChannels = keyHeads * size;
        assertEqual(t -> CausalAttention.apply(new Heads(t[0], 0, heads, size),
                new Heads(t[0], channels, keyHeads, size),
                        new Heads(t[0], channels + keyChannels, keyHeads, size), p, RNG),
                t -> composedAttention(t[0].slice(-1, 0, channels), t[0].slice(-1, channels, channels + keyChannels),
                        t[0].slice(-1, channels + keyChannels, channels + 2 * keyChannels), shape, p),
                Inputs.normal(4, batch, time, channels + 2 * keyChannels));
        assertEqual(t -> CausalAttention.apply(Inputs.heads(t[0], heads), Inputs.heads(t[1], keyHeads),
                Inputs.heads(t[2], keyHeads), p, RNG),
                t -> composedAttention(t[0], t[1], t[2], shape, p), Inputs.normal(5, batch, time, channels),
                Inputs.normal(6, batch, time, keyChannels), Inputs.normal(7, batch, time, keyChannels));
    }

    private static Tensor composedAttention(Tensor queries, Tensor keys, Tensor values, AttentionShape shape, float p) {
        Tensor q = split(queries, shape, shape.group());                                      // (B, Hk, group, T, D)
        Tensor k = split(keys, shape, 1);                                                     // (B, Hk, 1, T, D)
        Tensor v = split(values, shape, 1);
        Tensor scores = MatMul.apply(q, k, false, true).mul(shape.scale());                   // (B, Hk, group, T, T)
        Tensor weights = scores.add(causalMask(shape.time())).softmax().mul(dropoutMask(shape, p));
        return weights.matmul(v).transpose(0, 3, 1, 2, 4).reshape(shape.batch(), shape.time(), shape.channels());
    }

    private static Tensor split(Tensor x, AttentionShape shape, int group) {
        return x.reshape(shape.batch(), shape.time(), shape.keyHeads(), group, shape.headSize())
                .transpose(0, 2, 3, 1, 4);
    }

    private static Tensor causalMask(int time) {
        float[] mask = new float[time * time];
        for (int i = 0; i < mask.length; i++) {
            mask[i] = i % time > i / time ? -1e9f : 0;
        }
        return Tensor.of(mask, time, time);
    }

    /** By the definition: the draw of weight (b, h, q, k) is number {@link AttentionShape#draw}. */
    private static Tensor dropoutMask(AttentionShape shape, float p) {
        int time = shape.time();
        float[] mask = new float[shape.batch() * shape.heads() * time * time];
        int at = 0;
        for (int b = 0; b < shape.batch(); b++) {
            for (int h = 0; h < shape.heads(); h++) {
                for (int q = 0; q < time; q++) {
                    for (int k = 0; k < time; k++) {
                        long draw = shape.draw(b, h, q, k);
                        boolean keeps = CounterRandom.keeps(RNG.key(), draw, CounterRandom.dropBelow(p));
                        mask[at++] = keeps ? 1 / (1 - p) : 0;
                    }
                }
            }
        }
        return Tensor.of(mask, shape.batch(), shape.keyHeads(), shape.group(), time, time);
    }

    @ParameterizedTest
    @EnumSource
    void residualNormIsDropoutThenAddThenNorm(RowNorm norm) {
        Tensor x = Inputs.normal(6, 3, 13, 31);
        Tensor branch = Inputs.normal(7, 3, 13, 31);
        Tensor gamma = Inputs.positive(8, 31);
        Tensor beta = Inputs.normal(9, 31);
        for (float p : new float[] {0, 0.3f}) {
            assertEqual(t -> {
                ResidualNorm.Result both = ResidualNorm.apply(norm, t[0], t[1], p, RNG, t[2], t[3], EPS);
                return Concat.apply(-1, both.sum(), both.normed());
            }, t -> {
                Tensor sum = t[0].add(Drop.apply(t[1], p, RNG));
                return Concat.apply(-1, sum, Normalize.apply(norm, sum, t[2], t[3], EPS));
            }, x, branch, gamma, beta);
            assertEqual(t -> ResidualNorm.apply(norm, t[0], t[1], p, RNG, t[2], null, EPS).normed(),
                    t -> Normalize.apply(norm, t[0].add(Drop.apply(t[1], p, RNG)), t[2], null, EPS),
                    x, branch, gamma);
        }
    }

    @ParameterizedTest
    @EnumSource
    void residualNormWithoutRandomNumbersDropsNothing(RowNorm norm) {
        Tensor gamma = Inputs.positive(8, 7);
        assertEqual(t -> ResidualNorm.apply(norm, t[0], t[1], 0.5f, null, t[2], null, EPS).normed(),
                t -> Normalize.apply(norm, t[0].add(t[1]), t[2], null, EPS), Inputs.normal(6, 5, 7),
                Inputs.normal(7, 5, 7), gamma);
    }

    @ParameterizedTest
    @EnumSource
    void aNormIsItsCompositionFromMeans(RowNorm norm) {
        Tensor x = Inputs.normal(10, 5, 31);
        assertEqual(t -> Normalize.apply(norm, t[0], t[1], t[2], EPS), t -> {
            Tensor centred = norm == RowNorm.RMSNORM ? t[0] : t[0].sub(t[0].mean(-1, true));
            Tensor variance = centred.mul(centred).mean(-1, true);
            Tensor normed = centred.mul(variance.add(Tensor.scalar(EPS)).pow(-0.5f));
            return normed.mul(t[1]).add(t[2]);
        }, x, Inputs.positive(11, 31), Inputs.normal(12, 31));
    }

    /** Chowdhery et al. 2022, 5, and Szegedy et al. 2016, 7. */
    @Test
    void smoothedCrossEntropyWithAZLossIsComposedOfLogSoftmaxAndTheLogarithmOfItsSum() {
        int[] targets = {3, 0, 64, 7};
        float[] wanted = new float[4 * 65];
        Arrays.fill(wanted, 0.1f / 65);
        for (int row = 0; row < 4; row++) {
            wanted[row * 65 + targets[row]] += 0.9f;
        }
        Function<Tensor[], Tensor> composed = t -> {
            Tensor logits = t[0].mul(2);
            Tensor logSum = logits.exp().sum(-1, false).log();
            return logits.logSoftmax().mul(Tensor.of(wanted, 4, 65)).sum().mul(-0.25f)
                    .add(logSum.mul(logSum).mean().mul(0.3f));
        };
        LossTerms terms = new LossTerms(0.1, 0.3);
        assertEqual(t -> CrossEntropy.apply(t[0].mul(2), IntTensor.of(targets, 4), terms), composed,
                Inputs.normal(13, 4, 65));
    }

    @Test
    void crossEntropyIsTheMeanOfPickedLogSoftmax() {
        int[] targets = {3, 0, 64, 7};
        float[] picks = new float[4 * 65];
        for (int row = 0; row < 4; row++) {
            picks[row * 65 + targets[row]] = -0.25f;
        }
        Function<Tensor[], Tensor> composed = t -> t[0].mul(2).logSoftmax().mul(Tensor.of(picks, 4, 65)).sum();
        assertEqual(t -> CrossEntropy.apply(t[0].mul(2), IntTensor.of(targets, 4)), composed, Inputs.normal(13, 4, 65));
        assertEqual(t -> CrossEntropy.inPlace(t[0].mul(2), IntTensor.of(targets, 4)), composed,
                Inputs.normal(13, 4, 65));
    }
}
