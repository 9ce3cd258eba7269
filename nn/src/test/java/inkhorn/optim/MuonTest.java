package inkhorn.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import inkhorn.autograd.Rng;
import inkhorn.nn.Gpt;
import inkhorn.nn.GptConfig;
import inkhorn.nn.Parameter;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MuonTest {

    /** Three matrices of different shapes side by side, with few rows and on several ranges of a loop. */
    @ParameterizedTest
    @ValueSource(ints = {6, 900})
    void eachMatrixStepsByTheDefinitionInDoubleArithmetic(int rows) {
        int[] columns = {6, 3, 14};
        Parameter layer = OptimizersTest.layer("layer", rows, 6, 3, 14);
        double[] w = new double[layer.tensor().size()];
        double[] m = new double[w.length];
        for (int i = 0; i < w.length; i++) {
            w[i] = layer.tensor().data()[i];
        }
        Optimizer muon = Optimizers.MUON.create(List.of(layer), new Hyperparameters(0.5, 0.5, 1, 0.3, 0.95));
        for (int step = 1; step <= 4; step++) {
            OptimizersTest.fillGradient(layer, step);
            double lr = 1e-2 / step;
            double clip = 1.0 / step;
            muon.step(lr, clip);
            int first = 0;
            for (int width : columns) {
                double[][] u = new double[rows][width];
                for (int i = 0; i < rows * width; i++) {
                    int at = i / width * 23 + first + i % width;
                    double g = clip * layer.tensor().grad()[at];
                    m[at] = 0.95 * m[at] + 0.05 * g;
                    u[i / width][i % width] = 0.95 * m[at] + 0.05 * g;
                }
                double[][] orthogonal = NewtonSchulzTest.defined(u);
                for (int i = 0; i < rows * width; i++) {
                    int at = i / width * 23 + first + i % width;
                    w[at] -= lr * (0.2 * Math.sqrt(Math.max(rows, width)) * orthogonal[i / width][i % width]
                            + 0.3 * w[at]);
                }
                first += width;
            }
        }
        float[] mean = muon.state().get("layer.momentum_buffer").data();
        for (int i = 0; i < w.length; i++) {
            assertThat((double) layer.tensor().data()[i]).as("weight %d", i).isCloseTo(w[i], within(5e-6));
            assertThat((double) mean[i]).as("mean %d", i).isCloseTo(m[i], within(1e-6));
        }
    }

    @Test
    void tablesAndVectorsStepAsWithAdamW() {
        Parameter table = OptimizersTest.parameter("table", 4, 7);
        Parameter same = OptimizersTest.parameter("same", 4, 7);
        Hyperparameters hyper = new Hyperparameters(0.8, 0.9, 1e-6, 0.2, 0.5);
        Optimizer muon = Optimizers.MUON.create(List.of(table), hyper);
        Optimizer adamW = Optimizers.ADAMW.create(List.of(same), hyper);
        for (int step = 1; step <= 3; step++) {
            OptimizersTest.fillGradient(table, step);
            OptimizersTest.fillGradient(same, step);
            muon.step(0.01, 0.5);
            adamW.step(0.01, 0.5);
        }
        assertThat(table.tensor().data()).isEqualTo(same.tensor().data());
        assertThat(muon.state()).containsOnlyKeys("table.exp_avg", "table.exp_avg_sq");
    }

    @Test
    void itsMatricesAreThoseOfTheBlocks() {
        Gpt gpt = new Gpt(GptConfig.defaults().withVocabSize(5).withBlockSize(8).withNLayer(1).withNHead(4)
                .withNKvHead(2).withNEmbd(16).withBias(true).withTieWeights(false), new Rng(1));
        assertThat(gpt.namedParameters()).filteredOn(Parameter::isMatrix)
                .extracting(p -> p.name().replace("transformer.h.0.", "") + p.matrices())
                .containsExactly("attn.c_attn.weight[16, 8, 8]", "attn.c_proj.weight[16]", "mlp.c_fc.weight[64]",
                        "mlp.c_proj.weight[16]");
    }
}
