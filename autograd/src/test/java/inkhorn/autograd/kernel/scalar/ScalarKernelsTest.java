package inkhorn.autograd.kernel.scalar;

import inkhorn.autograd.kernel.Kernels;
import inkhorn.autograd.kernel.KernelsContract;

class ScalarKernelsTest extends KernelsContract {

    @Override
    protected Kernels create() {
        return new ScalarKernels();
    }
}
