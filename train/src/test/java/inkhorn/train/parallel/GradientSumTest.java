package inkhorn.train.parallel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import inkhorn.autograd.Shape;
import inkhorn.autograd.Tensor;
import inkhorn.nn.Parameter;
import inkhorn.optim.Optimizers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Gradients that are given, of parameters of no model. */
final class GradientSumTest {
    /** The second is longer than a bucket. */
    private static final int[] SIZES = {5, Bucket.ELEMENTS + 40_000, 16_385, 1};

    private static List<Parameter> parameters() {
        return IntStream.range(0, SIZES.length).mapToObj(i ->
                new Parameter("p" + i, Tensor.variable(Shape.of(SIZES[i])), "a vector")).toList();
    }

    private static float[] gradient(int microBatch, int parameter) {
        Random random = new Random(microBatch * 100 + parameter);
        float[] gradient = new float[SIZES[parameter]];
        for (int i = 0; i < gradient.length; i++) {
            gradient[i] = (float) random.nextGaussian();
        }
        return gradient;
    }

    private static void arrive(GradientSum sum, List<Parameter> parameters, int microBatches) {
        sum.begin(microBatches);
        for (int i = sum.first(); i < sum.end(); i++) {
            sum.beginMicroBatch();
            for (int p = parameters.size() - 1; p >= 0; p--) {
                Tensor tensor = parameters.get(p).tensor();
                System.arraycopy(gradient(i, p), 0, tensor.gradSlot().array(), 0, SIZES[p]);
                if (sum.wantsLeaves(i) && p != 1) {
                    sum.arrived(tensor);
                }
            }
            sum.endMicroBatch(i);
        }
    }

    /** In plain doubles; six micro-batches by four ranks' two are three to a rank, whose sums are of two nodes. */
    @Test
    void eachRankHasTheSumOfAllMicroBatchesForWhatItUpdates() {
        double[] squares = new double[1];
        double[][] expected = new double[SIZES.length][];
        for (int p = 0; p < SIZES.length; p++) {
            expected[p] = new double[SIZES[p]];
            for (int i = 0; i < 6; i++) {
                float[] one = gradient(i, p);
                for (int k = 0; k < one.length; k++) {
                    expected[p][k] += one[k];
                }
            }
            for (double sum : expected[p]) {
                squares[0] += sum * sum;
            }
        }
        for (int size : new int[] {1, 2, 3, 6}) {
            List<Double> norms = ThreadRanks.run(size, ranks -> () -> {
                List<Parameter> parameters = parameters();
                Shards shards = new Shards(parameters, Optimizers.ADAMW, size);
                GradientSum sum = new GradientSum(ranks, shards);
                double total = 0;
                for (int step = 0; step < 2; step++) {
                    arrive(sum, parameters, 6);
                    total = sum.totals(new double[6], false).squares();
                }
                for (int p = 0; p < SIZES.length; p++) {
                    float[] found = parameters.get(p).tensor().grad();
                    int from = shards.from(p, ranks.rank());
                    for (int k = from; k < from + shards.size(p, ranks.rank()); k++) {
                        assertThat(found[k]).isCloseTo((float) expected[p][k], within(1e-5f));
                    }
                }
                return total;
            });
            assertThat(norms).allSatisfy(norm -> assertThat(norm).isCloseTo(squares[0], within(1e-5 * squares[0])));
        }
    }

    @Test
    void lossesAndWeightsReachEveryRank() {
        ThreadRanks.run(3, ranks -> () -> {
            List<Parameter> parameters = parameters();
            Shards shards = new Shards(parameters, Optimizers.ADAMW, 3);
            GradientSum sum = new GradientSum(ranks, shards);
            arrive(sum, parameters, 3);
            double[] losses = new double[3];
            losses[ranks.rank()] = ranks.rank() + 1;
            assertThat(sum.totals(losses, ranks.rank() == 1).stops()).isTrue();
            assertThat(losses).containsExactly(1, 2, 3);
            for (int p = 0; p < SIZES.length; p++) {
                int from = shards.from(p, ranks.rank());
                for (int k = from; k < from + shards.size(p, ranks.rank()); k++) {
                    parameters.get(p).tensor().data()[k] = k + p;
                }
            }
            sum.shareWeights();
            for (int p = 0; p < SIZES.length; p++) {
                float[] weights = parameters.get(p).tensor().data();
                for (int k = 0; k < weights.length; k++) {
                    assertThat(weights[k]).isEqualTo(k + p);
                }
            }
            return true;
        });
    }

    @Test
    void eachElementBelongsToOneRankAndMatricesOfMuonAreNotCut() {
        List<Parameter> parameters = new ArrayList<>(parameters());
        for (int i = 0; i < 6; i++) {
            parameters.add(new Parameter("m" + i, Tensor.variable(Shape.of(300, 300)), "a matrix",
                    List.of(300)));
        }
        for (Optimizers kind : Optimizers.values()) {
            for (int size : new int[] {1, 2, 5}) {
                Shards shards = new Shards(parameters, kind, size);
                long[] elements = new long[size];
                int[] next = new int[parameters.size()];
                for (int rank = 0; rank < size; rank++) {
                    int self = rank;
                    shards.targets(rank, Map.of()).forEach(target -> {
                        int number = parameters.indexOf(target.parameter());
                        assertThat(target.from()).isEqualTo(next[number]);
                        next[number] += target.size();
                        elements[self] += (long) target.size() * kind.moments(target.parameter()).size();
                        assertThat(kind.updatesWhole(target.parameter()) && !target.isWhole()).isFalse();
                    });
                }
                for (int p = 0; p < next.length; p++) {
                    assertThat(next[p]).isEqualTo(parameters.get(p).tensor().size());
                }
                long all = Arrays.stream(elements).sum();
                assertThat(elements[shards.largest()]).isLessThan(all / size + 200_000);
            }
        }
    }
}
