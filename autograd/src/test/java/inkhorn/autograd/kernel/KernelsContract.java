package inkhorn.autograd.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * What every implementation of {@link Kernels} must do, against definitions in plain doubles. A subclass supplies the
 * instance; the tests stand in the interfaces, one for each part of {@link Kernels}.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class KernelsContract implements ElementKernelsContract, AxisKernelsContract, RowKernelsContract,
        LayerNormKernelsContract, MatrixKernelsContract, AttentionKernelsContract {

    private Kernels kernels;

    /** A new instance of the implementation; it is closed after the tests. */
    abstract Kernels create();

    @Override
    public final Kernels kernels() {
        if (kernels == null) {
            kernels = create();
        }
        return kernels;
    }

    @AfterAll
    final void close() {
        kernels().close();
    }

    @Test
    void describesItselfInOneLine() {
        assertThat(kernels().description()).isNotBlank().doesNotContain("\n");
        assertThat(kernels().threads()).isPositive();
    }
}
