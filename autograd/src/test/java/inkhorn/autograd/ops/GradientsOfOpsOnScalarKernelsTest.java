package inkhorn.autograd.ops;

import inkhorn.autograd.kernel.KernelProvider;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The same on the kernels of a JVM without the Vector API. */
class GradientsOfOpsOnScalarKernelsTest extends GradientsOfOpsTest {

    @BeforeAll
    static void chooseScalarKernels() {
        KernelProvider.choose(KernelProvider.Choice.SCALAR, 1);
    }

    @AfterAll
    static void chooseTheDefaultAgain() {
        KernelProvider.choose(KernelProvider.Choice.AUTO, Runtime.getRuntime().availableProcessors());
    }
}
