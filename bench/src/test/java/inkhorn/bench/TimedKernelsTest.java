package inkhorn.bench;

import static org.assertj.core.api.Assertions.assertThat;

import inkhorn.autograd.Backward;
import inkhorn.autograd.IntTensor;
import inkhorn.autograd.Rng;
import inkhorn.autograd.Scope;
import inkhorn.autograd.Tensor;
import inkhorn.autograd.kernel.KernelProvider;
import inkhorn.nn.Gpt;
import inkhorn.nn.Pass;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

final class TimedKernelsTest {

    private static final ModelCase TINY = ModelCase.named("tiny");

    private static List<TimedKernels.Total> totals;

    @BeforeAll
    static void profileOneForwardAndBackward() {
        TimedKernels timed = new TimedKernels(KernelProvider.kernels(), Product.of(TINY));
        try (KernelProvider.OnThisThread own = KernelProvider.using(timed.proxy()); Scope run = Scope.open()) {
            Gpt model = new Gpt(TINY.config(), new Rng(1));
            IntTensor ids = IntTensor.of(new int[TINY.tokens()], TINY.batch(), TINY.config().blockSize());
            Tensor loss = model.loss(ids, ids, Pass.training(new Rng(2)));
            Backward.from(loss, new float[] {1}, Backward.Keep.NOTHING);
        }
        totals = timed.totals();
    }

    @Test
    void everyProductOfAStepHasAName() {
        List<String> named = Product.of(TINY).stream().map(p -> "gemm " + p.name()).toList();
        assertThat(totals).extracting(TimedKernels.Total::label).filteredOn(label -> label.startsWith("gemm"))
                .containsExactlyInAnyOrderElementsOf(named);
    }

    @Test
    void productsAndAttentionTogetherAreTheStepsFlops() {
        double flops = totals.stream().mapToDouble(t -> t.cost().flops()).sum();
        double convention = new Gpt(TINY.config(), new Rng(1)).flopsPerToken() * TINY.tokens();
        // The convention counts attention's products whole and six of them; the kernels do the causal half of seven.
        assertThat(flops / convention).isBetween(0.85, 1.0);
    }

    @Test
    void theLargestKernelsHaveACost() {
        assertThat(totals).filteredOn(t -> List.of("attention", "attentionBackward", "normalize", "normalizeBackward",
                "residualNormalize", "crossEntropy", "binary").contains(t.label()))
                .hasSize(7).allSatisfy(t -> assertThat(t.cost().bytes()).isPositive());
    }
}
