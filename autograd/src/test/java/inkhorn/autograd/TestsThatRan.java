package inkhorn.autograd;

import java.lang.reflect.Method;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.TestInfo;
import org.junit.platform.commons.annotation.Testable;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.HierarchyTraversalMode;

/**
 * Which tests of a class have run. What all of them together must have covered is judged after the last one, in
 * whatever order they came, and not where only some were asked for.
 */
public final class TestsThatRan {

    private final Set<Method> ran = new HashSet<>();

    public void add(TestInfo test) {
        ran.add(test.getTestMethod().orElseThrow());
    }

    /** Whether these are all that the class has, inherited ones among them. */
    public boolean areAllOf(Class<?> testClass) {
        return ran.containsAll(AnnotationSupport.findAnnotatedMethods(testClass, Testable.class,
                HierarchyTraversalMode.TOP_DOWN));
    }
}
