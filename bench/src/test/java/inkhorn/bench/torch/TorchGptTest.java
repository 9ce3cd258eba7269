package inkhorn.bench.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import inkhorn.bench.ModelCase;
import inkhorn.nn.GptConfig;
import java.nio.file.Path;
import java.util.Arrays;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Skipped where the build left libtorch out. */
final class TorchGptTest {

    private static final int BATCH = 2;
    private static final int BLOCK = 32;

    @BeforeAll
    static void loadLibtorch() {
        System.setProperty("org.bytedeco.javacpp.cachedir", Path.of("target", "javacpp").toAbsolutePath().toString());
        try {
            torch.set_num_threads(1);
        } catch (LinkageError e) {
            Assumptions.abort("libtorch is not in this build");
        }
    }

    @Test
    void libtorchChoosesFlashAttentionOnlyWithoutDropout() {
        assertThat(new TorchGpt(modelCase(0), false).attentionKernel()).isEqualTo("flash");
        assertThat(new TorchGpt(modelCase(0.2), false).attentionKernel()).isEqualTo("plain");
    }

    @Test
    void theLossInBfloat16IsNearAndNotEqual() {
        double exact = loss(model(0, false));
        double rounded = loss(model(0, true));
        assertThat(rounded).isCloseTo(exact, within(1e-2)).isNotEqualTo(exact);
    }

    @Test
    void aChangedWeightCountsAtOnceInBfloat16() {
        TorchGpt model = model(0, true);
        double before = loss(model);
        model.parameters().values().forEach(weight -> weight.data().mul_(new org.bytedeco.pytorch.Scalar(3.0)));
        assertThat(loss(model)).isNotEqualTo(before);
        double after = loss(model);
        TorchGpt same = model(0, true);
        same.parameters().values().forEach(weight -> weight.data().mul_(new org.bytedeco.pytorch.Scalar(3.0)));
        assertThat(loss(same)).isEqualTo(after);
    }

    @Test
    void everyWeightGetsAGradientInBothPrecisionsUnderDropout() {
        for (boolean autocasts : new boolean[] {false, true}) {
            TorchGpt model = model(0.2, autocasts);
            try (PointerScope scope = new PointerScope()) {
                lossTensor(model).backward();
                assertThat(model.parameters().values()).allSatisfy(weight ->
                        assertThat(weight.grad().abs().sum().item_float()).isPositive().isFinite());
            }
        }
    }

    private static TorchGpt model(double dropout, boolean autocasts) {
        torch.manual_seed(7);
        return new TorchGpt(modelCase(dropout), autocasts);
    }

    private static double loss(TorchGpt model) {
        try (PointerScope scope = new PointerScope()) {
            return lossTensor(model).item_float();
        }
    }

    private static Tensor lossTensor(TorchGpt model) {
        long[] ids = new long[BATCH * BLOCK];
        Arrays.setAll(ids, i -> i % 50);
        return model.loss(Tensor.create(ids, BATCH, BLOCK), Tensor.create(ids, BATCH, BLOCK));
    }

    private static ModelCase modelCase(double dropout) {
        return new ModelCase("test", GptConfig.defaults().withVocabSize(50).withBlockSize(BLOCK).withNLayer(2)
                .withNHead(2).withNEmbd(64).withDropout(dropout).withBias(true), BATCH);
    }
}
