package inkhorn.autograd.kernel;

class ScalarKernelsTest extends KernelsContract {

    @Override
    Kernels create() {
        return new ScalarKernels();
    }
}
