package inkhorn.autograd.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class KernelProviderTest {

    @AfterEach
    void chooseTheDefaultAgain() {
        KernelProvider.choose(KernelProvider.Choice.AUTO, Runtime.getRuntime().availableProcessors());
    }

    @Test
    void scalarKernelsCanBeAskedFor() {
        Kernels chosen = KernelProvider.choose(KernelProvider.Choice.SCALAR, 2);
        assertThat(chosen).isInstanceOf(ScalarKernels.class).isSameAs(KernelProvider.kernels());
    }

    @Test
    void vectorKernelsAreTheDefaultWhereTheirModuleIs() {
        assertThat(KernelProvider.choose(KernelProvider.Choice.AUTO, 1)).isInstanceOf(VectorKernels.class);
        assertThat(KernelProvider.choose(KernelProvider.Choice.VECTOR, 1)).isInstanceOf(VectorKernels.class);
    }

    @Test
    void givenKernelsAreUsedFromThenOn() {
        Kernels own = new ScalarKernels();
        KernelProvider.use(own);
        assertThat(KernelProvider.kernels()).isSameAs(own);
    }
}
