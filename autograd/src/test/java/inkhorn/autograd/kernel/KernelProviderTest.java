package inkhorn.autograd.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import inkhorn.autograd.kernel.scalar.ScalarKernels;
import inkhorn.autograd.kernel.vector.VectorKernels;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class KernelProviderTest {

    @AfterEach
    void chooseTheDefaultAgain() {
        KernelProvider.choose(Runtime.getRuntime().availableProcessors());
    }

    @Test
    void scalarKernelsCanBeAskedFor() {
        Kernels chosen = KernelProvider.choose("scalar", 2);
        assertThat(chosen).isInstanceOf(ScalarKernels.class).isSameAs(KernelProvider.kernels());
        assertThat(KernelProvider.describeChoice()).startsWith("scalar").endsWith("as asked for");
    }

    @Test
    void vectorKernelsAreTheDefaultWhereTheirModuleIs() {
        assertThat(KernelProvider.choose(1)).isInstanceOf(VectorKernels.class);
        assertThat(KernelProvider.describeChoice()).startsWith("vector").contains(JdkVectorModule.NAME);
        assertThat(KernelProvider.choose("vector", 1)).isInstanceOf(VectorKernels.class);
    }

    @Test
    void anUnknownNameNamesThoseThereAre() {
        assertThatThrownBy(() -> KernelProvider.choose("cuda", 1)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cuda").hasMessageContaining("vector, scalar");
    }

    @Test
    void aThreadsOwnKernelsAreThoseOfThatThreadUntilTheyAreClosed() {
        Kernels before = KernelProvider.kernels();
        Kernels first = new ScalarKernels();
        Kernels second = new ScalarKernels();
        try (KernelProvider.OnThisThread outer = KernelProvider.using(first)) {
            try (KernelProvider.OnThisThread inner = KernelProvider.using(second)) {
                assertThat(KernelProvider.kernels()).isSameAs(second);
            }
            assertThat(KernelProvider.kernels()).isSameAs(first);
        }
        assertThat(KernelProvider.kernels()).isSameAs(before);
    }
}
