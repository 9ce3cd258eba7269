package inkhorn.autograd.kernel;

class VectorKernelsTest extends KernelsContract {

    @Override
    protected Kernels create() {
        return new VectorKernels(new Workers(2));
    }
}
