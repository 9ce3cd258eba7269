package inkhorn.autograd.kernel.vector;

import inkhorn.autograd.kernel.Kernels;
import inkhorn.autograd.kernel.KernelsContract;
import inkhorn.autograd.kernel.vector.workers.Workers;

class VectorKernelsTest extends KernelsContract {

    @Override
    protected Kernels create() {
        return new VectorKernels(new Workers(2));
    }
}
