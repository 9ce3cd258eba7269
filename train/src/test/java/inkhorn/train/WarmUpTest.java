package inkhorn.train;

import static org.assertj.core.api.Assertions.assertThat;

import inkhorn.autograd.Backward;
import inkhorn.autograd.IntTensor;
import inkhorn.autograd.Rng;
import inkhorn.autograd.Scope;
import inkhorn.config.ModelConfig;
import inkhorn.nn.GptConfig;
import inkhorn.nn.LanguageModel;
import inkhorn.nn.Parameter;
import inkhorn.nn.Pass;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

final class WarmUpTest {

    private static final ModelConfig CONFIG = new ModelConfig(ModelConfig.Type.GPT, GptConfig.defaults()
            .withNLayer(2).withNHead(2).withNEmbd(32).withBlockSize(16).withDropout(0.1).withBias(true), null);

    @Test
    void whatIsComputedBesideItHasTheSameBits() {
        List<float[]> alone = gradients();
        List<float[]> beside;
        try (WarmUp warmUp = WarmUp.start(CONFIG)) {
            beside = gradients();
        }
        assertThat(beside).usingRecursiveComparison().isEqualTo(alone);
    }

    @Test
    void headsThatShareKeysAreNoObstacle() {
        GptConfig shared = CONFIG.gpt().withNHead(4).withNKvHead(2);
        try (WarmUp warmUp = WarmUp.start(new ModelConfig(ModelConfig.Type.GPT, shared, null), 1)) {
            warmUp.await();
        }
        assertThat(threads()).doesNotContain("inkhorn-warm-up");
    }

    @Test
    void itEndsWhenClosed() {
        WarmUp warmUp = WarmUp.start(CONFIG);
        assertThat(threads()).contains("inkhorn-warm-up");
        warmUp.close();
        warmUp.close();
        assertThat(threads()).doesNotContain("inkhorn-warm-up");
    }

    @Test
    void itEndsByItselfWhenAwaited() {
        try (WarmUp warmUp = WarmUp.start(CONFIG)) {
            warmUp.await();
            assertThat(threads()).doesNotContain("inkhorn-warm-up");
        }
    }

    @Test
    @Timeout(60)
    void itEndsByItselfThoughNobodyAwaitsIt() throws InterruptedException {
        try (WarmUp warmUp = WarmUp.start(CONFIG, 2)) {
            Optional<Thread> thread = Thread.getAllStackTraces().keySet().stream()
                    .filter(t -> t.getName().equals("inkhorn-warm-up")).findAny();
            if (thread.isPresent()) {
                thread.get().join();
            }
            assertThat(threads()).doesNotContain("inkhorn-warm-up");
        }
    }

    private static List<float[]> gradients() {
        LanguageModel model = Models.create(CONFIG, 11, 7);
        IntTensor ids = IntTensor.of(new int[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0, 1}, 2, 6);
        try (Scope scope = Scope.open()) {
            Backward.from(model.loss(ids, ids, Pass.training(new Rng(3))), new float[] {1}, Backward.Keep.NOTHING);
        }
        return model.namedParameters().stream().map(Parameter::tensor).map(t -> t.grad()).toList();
    }

    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream().map(Thread::getName).toList();
    }
}
