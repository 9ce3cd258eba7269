package inkhorn.plan;

import static org.assertj.core.api.Assertions.assertThat;

import inkhorn.autograd.Scope;
import inkhorn.autograd.Tensor;
import inkhorn.autograd.kernel.Backend;
import inkhorn.autograd.kernel.KernelProvider;
import inkhorn.autograd.kernel.Kernels;
import inkhorn.config.ConfigLoader;
import inkhorn.config.RunConfig;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Kernels of steps on shapes, carried out by real ones. */
class StepTimeTest {

    private static final int NAP_MILLIS = 5;

    @TempDir
    Path directory;

    /** Scalar kernels that note what they are called with, and sleep in each matrix product. */
    private static Kernels noting(List<String> calls) {
        Kernels scalar = Backend.named("scalar").create().apply(1);
        return (Kernels) Proxy.newProxyInstance(Kernels.class.getClassLoader(), new Class<?>[] {Kernels.class},
                (proxy, method, arguments) -> {
                    calls.add(method.getName());
                    if (method.getName().equals("gemm")) {
                        Thread.sleep(NAP_MILLIS);
                    }
                    try {
                        return method.invoke(scalar, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private static void products(int count, int rows) {
        for (int i = 0; i < count; i++) {
            Tensor.zeros(rows, 7).matmul(Tensor.zeros(7, 3));
        }
    }

    @Test
    void equalCallsAreCarriedOutOnceAndCountedEachTime() {
        List<String> calls = new ArrayList<>();
        Kernels real = noting(calls);
        try (Scope shapes = Scope.openOnShapes()) {
            KernelTimer timer = new KernelTimer(shapes, KernelProvider.kernels(), real, 1 << 30);
            try (KernelProvider.OnThisThread own = KernelProvider.using(timer.proxy())) {
                timer.begin(1, Long.MAX_VALUE);
                products(10, 5);
                products(1, 6);
            }
            assertThat(calls.stream().filter("gemm"::equals)).hasSize(2);
            assertThat(timer.seconds()).isBetween(11 * NAP_MILLIS * 1e-3, 110 * NAP_MILLIS * 1e-3);
            assertThat(timer.secondsOfOneEach()).isLessThan(timer.seconds() / 2);
        }
    }

    @Test
    void nothingKnownIsMeasuredAgainAfterTheDeadline() {
        List<String> calls = new ArrayList<>();
        Kernels real = noting(calls);
        try (Scope shapes = Scope.openOnShapes()) {
            KernelTimer timer = new KernelTimer(shapes, KernelProvider.kernels(), real, 1 << 30);
            try (KernelProvider.OnThisThread own = KernelProvider.using(timer.proxy())) {
                timer.begin(1, System.nanoTime());
                products(1, 5);
                timer.begin(1, System.nanoTime());
                products(1, 5);
            }
            assertThat(calls.stream().filter("gemm"::equals)).hasSize(1);
            assertThat(timer.seconds()).isGreaterThanOrEqualTo(NAP_MILLIS * 1e-3);
        }
    }

    /** A kernel that got a stand-in, or an array of the wrong length, would fail. */
    @ParameterizedTest
    @ValueSource(strings = {"model.type=gpt", "model.type=bigram", "optim.optimizer=lion", "model.dropout=0.2",
        "model.bias=true", "model.tie_weights=false", "train.freeze=transformer.h.0.*", "train.grad_accum=3",
        "train.activation_checkpointing=true", "model.position=sinusoidal"})
    void everyKernelOfAStepIsCarriedOutAtItsSizes(String key) throws IOException {
        Path file = directory.resolve("small.yaml");
        Files.writeString(file, """
                model: {n_layer: 2, n_head: 2, n_embd: 16, block_size: 8}
                train: {batch_size: 2}
                """);
        RunConfig config = ConfigLoader.load(file, Map.of(key.split("=")[0], key.split("=")[1]));
        try (Kernels scalar = Backend.named("scalar").create().apply(1);
                KernelProvider.OnThisThread own = KernelProvider.using(scalar)) {
            StepTime time = StepTime.of(config, 11);

            assertThat(time.step()).isPositive().isLessThan(1);
            assertThat(time.evalBatch()).isPositive().isLessThan(time.step() * 2);
            assertThat(time.sampled()).isPositive();
            assertThat(time.passes()).isGreaterThanOrEqualTo(3);
        }
    }
}
