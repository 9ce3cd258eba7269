package inkhorn.plan;

import inkhorn.autograd.Scope;
import inkhorn.autograd.kernel.AdamWStep;
import inkhorn.autograd.kernel.Kernels;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Kernels for work on shapes alone that measure how long the real kernels would take. For each call, the real kernel
 * runs with real arrays in place of the stand-ins, and its time is measured. A stand-in keeps its array from call to
 * call, so the contents of the caches are the same as in a real step. Many calls are equal, above all those of
 * different blocks. Only some of them are made, and the others are counted with the mean.
 *
 * <p>It is a dynamic proxy, so a kernel that is added to the interface is measured too. Not for use by several threads
 * at once.
 */
final class KernelTimer implements InvocationHandler {

    /** Longer arrays repeat as many random values. */
    private static final int RANDOM_VALUES = 1 << 16;
    private static final double SMALL = 0.1;
    /** Enough for a part for each thread. */
    private static final int WAKING = 1 << 22;
    /** Longer arrays of ids differ in their values, which take no part in a kernel's time. */
    private static final int MOST_SIZES = 8;

    private final Scope shapes;
    private final Kernels counting;
    private final Kernels real;
    private final long mostBytes;
    private final Map<Call, Times> times = new LinkedHashMap<>();
    private final Map<float[], float[]> arrays = new IdentityHashMap<>();
    private final float[] random = randomValues();
    private long bytes;
    private int runsOfEach = 1;
    private long deadline = Long.MAX_VALUE;

    /**
     * A kernel and all that its time may depend on.
     *
     * @param sizes of the arguments, in words
     */
    private record Call(String kernel, String sizes) {
    }

    /** Of equal calls. */
    private static final class Times {
        private long calls;
        private long runs;
        private double seconds;
        /** Of a run, in the pass before this one. */
        private double before = Double.NaN;

        double mean() {
            return runs == 0 ? before : seconds / runs;
        }

        void next() {
            before = mean();
            calls = 0;
            runs = 0;
            seconds = 0;
        }
    }

    /**
     * A timer.
     *
     * @param shapes    the scope on shapes alone that is open
     * @param counting  its kernels
     * @param real      what is measured
     * @param mostBytes how much the real arrays may take together
     */
    KernelTimer(Scope shapes, Kernels counting, Kernels real, long mostBytes) {
        this.shapes = shapes;
        this.counting = counting;
        this.real = real;
        this.mostBytes = mostBytes;
    }

    /** For {@link inkhorn.autograd.kernel.KernelProvider#using}. */
    Kernels proxy() {
        return (Kernels) Proxy.newProxyInstance(Kernels.class.getClassLoader(), new Class<?>[] {Kernels.class}, this);
    }

    /**
     * A new pass through the same work.
     *
     * @param runs how many of equal calls are carried out; none of those that were before, once the deadline is over
     * @param until by {@link System#nanoTime}
     */
    void begin(int runs, long until) {
        runsOfEach = runs;
        deadline = until;
        times.values().forEach(Times::next);
    }

    /** Seconds that all calls of this pass take. */
    double seconds() {
        return times.values().stream().filter(t -> t.calls > 0).mapToDouble(t -> t.calls * t.mean()).sum();
    }

    /** Seconds that one call of each kind takes. */
    double secondsOfOneEach() {
        return times.values().stream().filter(t -> t.calls > 0).mapToDouble(Times::mean).sum();
    }

    /** How many kinds of calls this pass has. */
    int kinds() {
        return (int) times.values().stream().filter(t -> t.calls > 0).count();
    }

    @Override
    public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
        if (arguments == null || method.getDeclaringClass() == Object.class) {
            return call(counting, method, arguments);
        }
        Times kind = times.computeIfAbsent(new Call(method.getName(), sizes(arguments)), call -> new Times());
        kind.calls++;
        boolean isKnown = !Double.isNaN(kind.mean());
        if (kind.runs < runsOfEach && !(isKnown && System.nanoTime() > deadline)) {
            if (method.getName().equals("forEachRange")) {
                kind.seconds += secondsOfALoop((Integer) arguments[0]);
            } else {
                makeRoom(bytesOf(arguments));
                Object[] mapped = Arrays.stream(arguments).map(this::mapped).toArray();
                wake();
                long start = System.nanoTime();
                call(real, method, mapped);
                kind.seconds += (System.nanoTime() - start) * 1e-9;
            }
            kind.runs++;
        }
        return call(counting, method, arguments);
    }

    /**
     * In a step one kernel follows the other so soon that the helper threads still wait for it awake; here they may
     * have fallen asleep.
     */
    private void wake() {
        real.forEachRange(WAKING, (from, to) -> { });
    }

    private static Object call(Kernels kernels, Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(kernels, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    /** An optimizer's own loop works on stand-ins that it holds itself; AdamW's update moves as much. */
    private double secondsOfALoop(int n) {
        makeRoom(16L * n);
        float[] weights = filled(n);
        float[] gradient = filled(n);
        float[] m = filled(n);
        float[] v = filled(n);
        wake();
        long start = System.nanoTime();
        real.adamW(new AdamWStep(1e-3f, 0.9f, 0.99f, 1e-8f, 0, 1, 1, 1), weights, gradient, 0, m, v, n);
        return (System.nanoTime() - start) * 1e-9;
    }

    /** Words that are equal for calls that take the same time. */
    private String sizes(Object[] arguments) {
        StringBuilder words = new StringBuilder();
        Map<Object, Integer> seen = new IdentityHashMap<>();
        for (Object argument : arguments) {
            describe(argument, words, seen);
        }
        return words.toString();
    }

    private void describe(Object argument, StringBuilder words, Map<Object, Integer> seen) {
        if (argument instanceof float[] array) {
            // Which arguments are the same array, and how long it is.
            words.append(seen.computeIfAbsent(array, a -> seen.size())).append(':').append(shapes.lengthOf(array));
        } else if (argument instanceof float[][] several) {
            Arrays.stream(several).forEach(array -> describe(array, words, seen));
        } else if (argument instanceof int[] numbers) {
            words.append(numbers.length <= MOST_SIZES ? Arrays.toString(numbers) : "#" + numbers.length);
        } else if (argument instanceof Record group) {
            for (RecordComponent component : group.getClass().getRecordComponents()) {
                describe(value(group, component), words, seen);
            }
        } else if (argument instanceof Integer || argument instanceof Boolean || argument instanceof Enum) {
            words.append(argument);
        } else if (argument instanceof Float number) {
            words.append(number == 0 ? '0' : 'x');
        }
        words.append(' ');
    }

    private long bytesOf(Object argument) {
        if (argument instanceof float[] array) {
            return arrays.containsKey(array) ? 0 : 4L * shapes.lengthOf(array);
        } else if (argument instanceof Object[] several) {
            return Arrays.stream(several).mapToLong(this::bytesOf).sum();
        } else if (argument instanceof Record group) {
            return Arrays.stream(group.getClass().getRecordComponents())
                    .mapToLong(component -> bytesOf(value(group, component))).sum();
        }
        return 0;
    }

    /** Where the heap does not hold the arrays of a whole step, those of earlier calls go. */
    private void makeRoom(long more) {
        if (bytes + more > mostBytes) {
            arrays.clear();
            bytes = 0;
        }
    }

    private Object mapped(Object argument) {
        if (argument instanceof float[] array) {
            return shapes.lengthOf(array) == array.length ? array
                    : arrays.computeIfAbsent(array, standIn -> filled(shapes.lengthOf(standIn)));
        } else if (argument instanceof float[][] several) {
            return Arrays.stream(several).map(array -> (float[]) mapped(array)).toArray(float[][]::new);
        } else if (argument instanceof Record group) {
            return mapped(group);
        }
        return argument;
    }

    private Record mapped(Record group) {
        RecordComponent[] components = group.getClass().getRecordComponents();
        Object[] values = new Object[components.length];
        boolean changed = false;
        for (int i = 0; i < values.length; i++) {
            Object value = value(group, components[i]);
            values[i] = mapped(value);
            changed |= values[i] != value;
        }
        return changed ? made(group.getClass(), components, values) : group;
    }

    private static Record made(Class<? extends Record> type, RecordComponent[] components, Object[] values) {
        try {
            Constructor<? extends Record> constructor = type.getDeclaredConstructor(
                    Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
            return constructor.newInstance(values);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("plan: arguments of a kernel cannot be copied", e);
        }
    }

    private static Object value(Record group, RecordComponent component) {
        try {
            return component.getAccessor().invoke(group);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("plan: arguments of a kernel cannot be read", e);
        }
    }

    /** Small random values, so that no kernel meets an array of zeros or of numbers without end. */
    private float[] filled(int length) {
        float[] array = new float[length];
        bytes += 4L * length;
        for (int at = 0; at < length; at += RANDOM_VALUES) {
            System.arraycopy(random, 0, array, at, Math.min(RANDOM_VALUES, length - at));
        }
        return array;
    }

    private static float[] randomValues() {
        SplittableRandom draws = new SplittableRandom(0);
        float[] values = new float[RANDOM_VALUES];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (draws.nextDouble() * SMALL);
        }
        return values;
    }
}
