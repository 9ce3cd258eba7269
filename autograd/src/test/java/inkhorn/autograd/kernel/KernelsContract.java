package inkhorn.autograd.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import inkhorn.autograd.TestsThatRan;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.TestInstance;

/**
 * What every implementation of {@link Kernels} must do, against definitions in plain doubles. A subclass supplies the
 * instance; the tests stand in the interfaces, one for each part of {@link Kernels}.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class KernelsContract implements ElementKernelsContract, AxisKernelsContract, RowKernelsContract,
        NormKernelsContract, MatrixKernelsContract, AttentionKernelsContract, CacheKernelsContract {

    private final Set<Method> called = new HashSet<>();
    private final TestsThatRan ran = new TestsThatRan();
    private Kernels kernels;

    /** A new instance of the implementation; it is closed after the tests. */
    protected abstract Kernels create();

    @Override
    public final Kernels kernels() {
        if (kernels == null) {
            kernels = noting(create());
        }
        return kernels;
    }

    /** The same kernels, but what is called on them is kept in mind. */
    private Kernels noting(Kernels real) {
        InvocationHandler handler = (proxy, method, args) -> {
            called.add(method);
            try {
                return method.invoke(real, args);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        };
        return (Kernels) Proxy.newProxyInstance(Kernels.class.getClassLoader(), new Class<?>[] {Kernels.class},
                handler);
    }

    @BeforeEach
    final void note(TestInfo test) {
        ran.add(test);
    }

    /** A new method without a test turns it red. */
    @AfterAll
    final void everyMethodHasBeenTested() {
        kernels().close();
        if (ran.areAllOf(getClass())) {
            Set<Method> untested = new HashSet<>(Set.of(Kernels.class.getMethods()));
            untested.removeAll(called);
            assertThat(untested).isEmpty();
        }
    }

    @Test
    void describesItselfInOneLine() {
        assertThat(kernels().description()).isNotBlank().doesNotContain("\n");
        assertThat(kernels().threads()).isPositive();
    }
}
