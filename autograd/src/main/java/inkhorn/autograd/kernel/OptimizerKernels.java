package inkhorn.autograd.kernel;

/**
 * The part of {@link Kernels} that updates parameters.
 */
public interface OptimizerKernels {

    /** One AdamW update in one pass over memory (Loshchilov and Hutter 2019, algorithm 2). */
    void adamW(AdamWStep step, float[] weights, float[] gradient, float[] m, float[] v, int n);
}
