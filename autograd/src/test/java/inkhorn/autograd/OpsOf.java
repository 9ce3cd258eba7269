package inkhorn.autograd;

import java.util.LinkedHashSet;
import java.util.Set;

/** The classes of ops that a tensor was made by, for tests. */
public final class OpsOf {

    private OpsOf() {
    }

    public static Set<Class<?>> graph(Tensor root) {
        Set<Class<?>> classes = new LinkedHashSet<>();
        collect(root, classes);
        return classes;
    }

    private static void collect(Tensor tensor, Set<Class<?>> classes) {
        if (tensor != null && tensor.op() != null) {
            classes.add(tensor.op().getClass());
            for (Tensor input : tensor.op().inputs()) {
                collect(input, classes);
            }
        }
    }
}
