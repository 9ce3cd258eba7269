package inkhorn.bench;

import inkhorn.autograd.kernel.Kernels;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Kernels that measure the time of every call. It is a dynamic proxy, so a method added to the interface is measured
 * too. For one calling thread.
 */
public final class TimedKernels implements InvocationHandler {
    private final Kernels kernels;
    private final List<Product> products;
    private final Map<String, Total> totals = new LinkedHashMap<>();

    /**
     * All calls with one label.
     *
     * @param seconds of all calls together
     * @param cost of all calls together
     */
    public record Total(String label, long calls, double seconds, Cost cost) {
        private Total plus(double more, Cost other) {
            return new Total(label, calls + 1, seconds + more, cost.plus(other));
        }
    }

    /** @param products names for matrix products by their sizes */
    public TimedKernels(Kernels kernels, List<Product> products) {
        this.kernels = kernels;
        this.products = products;
    }

    /** For {@link inkhorn.autograd.kernel.KernelProvider#using}. */
    public Kernels proxy() {
        return (Kernels) Proxy.newProxyInstance(Kernels.class.getClassLoader(), new Class<?>[] {Kernels.class}, this);
    }

    /** What was measured since the last {@link #reset}. */
    public List<Total> totals() {
        return new ArrayList<>(totals.values());
    }

    public void reset() {
        totals.clear();
    }

    @Override
    public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
        if (arguments == null || method.getDeclaringClass() == Object.class) {
            return call(method, arguments);
        }
        long before = System.nanoTime();
        Object result = call(method, arguments);
        double seconds = (System.nanoTime() - before) * 1e-9;
        KernelCall known = KernelCall.of(method.getName(), arguments, products);
        Total soFar = totals.getOrDefault(known.label(), new Total(known.label(), 0, 0, Cost.UNKNOWN));
        totals.put(known.label(), soFar.plus(seconds, known.cost()));
        return result;
    }

    private Object call(Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(kernels, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
