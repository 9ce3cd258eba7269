package inkhorn.autograd.ops;

import inkhorn.autograd.kernel.Backend;
import inkhorn.autograd.kernel.KernelProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** The same on the kernels of a JVM without the Vector API. */
class GradientsOfOpsOnScalarKernelsTest extends GradientsOfOpsTest {

    private KernelProvider.OnThisThread scalar;

    @BeforeEach
    void useScalarKernels() {
        scalar = KernelProvider.using(Backend.named("scalar").create().apply(1));
    }

    @AfterEach
    void useTheDefaultAgain() {
        scalar.close();
    }
}
