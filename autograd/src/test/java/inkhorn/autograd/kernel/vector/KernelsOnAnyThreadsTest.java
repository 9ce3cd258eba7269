package inkhorn.autograd.kernel.vector;

import static inkhorn.autograd.kernel.Samples.indices;
import static inkhorn.autograd.kernel.Samples.normal;
import static inkhorn.autograd.kernel.Samples.positive;
import static org.assertj.core.api.Assertions.assertThat;

import inkhorn.autograd.kernel.AdamWStep;
import inkhorn.autograd.kernel.AttentionShape;
import inkhorn.autograd.kernel.CrossEntropyRows;
import inkhorn.autograd.kernel.Epilogue;
import inkhorn.autograd.kernel.HeadRows;
import inkhorn.autograd.kernel.Kernels;
import inkhorn.autograd.kernel.KernelsContract;
import inkhorn.autograd.kernel.RowNorm;
import inkhorn.autograd.kernel.Unary;
import inkhorn.autograd.kernel.vector.workers.Workers;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Each call of the contract, and those of a model with 384 channels, on 1, 2, 3 and 5 threads: the same bits in every
 * array.
 */
class KernelsOnAnyThreadsTest extends KernelsContract {

    private static final int ROWS = 256;
    private static final int CHANNELS = 384;
    private static final int SIZE = ROWS * CHANNELS;
    private static final long KEY = 42;
    private static final float EPS = 1e-5f;

    @Override
    protected Kernels create() {
        List<Kernels> teams = IntStream.of(1, 2, 3, 5)
                .mapToObj(threads -> (Kernels) new VectorKernels(new Workers(threads))).toList();
        return (Kernels) Proxy.newProxyInstance(Kernels.class.getClassLoader(), new Class<?>[] {Kernels.class},
                (proxy, method, args) -> args == null ? onEach(teams, method) : sameOnEach(teams, method, args));
    }

    /** A call without arguments: of a kernel there is none. */
    private static Object onEach(List<Kernels> teams, Method method) throws Throwable {
        Object result = null;
        for (Kernels team : teams) {
            result = call(team, method, null);
        }
        return result;
    }

    private static Object sameOnEach(List<Kernels> teams, Method method, Object[] args) throws Throwable {
        if (method.getName().startsWith("forEach")) {
            return call(teams.get(teams.size() - 1), method, args);  // its loop writes to arrays that are no arguments
        }
        Object[] before = copies(args);
        Object expected = call(teams.get(0), method, args);
        for (Kernels team : teams.subList(1, teams.size())) {
            Object[] own = copies(before);
            Object result = call(team, method, own);
            String what = method.getName() + " on " + team.threads() + " threads";
            assertThat(result).as(what).isEqualTo(expected);
            for (int i = 0; i < args.length; i++) {
                assertSameBits(what + ", argument " + i, own[i], args[i]);
            }
        }
        return expected;
    }

    private static void assertSameBits(String what, Object found, Object expected) {
        if (expected instanceof Epilogue epilogue) {
            assertSameBits(what, ((Epilogue) found).derivative(), epilogue.derivative());
        } else if (expected instanceof HeadRows rows) {
            assertSameBits(what, ((HeadRows) found).array(), rows.array());
        } else if (expected instanceof float[][] rows) {
            for (int i = 0; i < rows.length; i++) {
                assertSameBits(what, ((float[][]) found)[i], rows[i]);
            }
        } else if (expected instanceof float[] || expected instanceof int[]) {
            assertThat(found).as(what).isEqualTo(expected);
        }
    }

    private static Object call(Kernels team, Method method, Object[] args) throws Throwable {
        try {
            return method.invoke(team, args);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    /** Arrays that were one stay one: a kernel may work in place. */
    private static Object[] copies(Object[] args) {
        Map<Object, Object> copied = new IdentityHashMap<>();
        Object[] copies = args.clone();
        for (int i = 0; i < copies.length; i++) {
            copies[i] = copy(args[i], copied);
        }
        return copies;
    }

    private static Object copy(Object value, Map<Object, Object> copied) {
        if (copied.containsKey(value)) {
            return copied.get(value);
        }
        Object copy = value;
        if (value instanceof float[] floats) {
            copy = floats.clone();
        } else if (value instanceof int[] ints) {
            copy = ints.clone();
        } else if (value instanceof float[][] rows) {
            float[][] own = rows.clone();
            for (int i = 0; i < own.length; i++) {
                own[i] = (float[]) copy(rows[i], copied);
            }
            copy = own;
        } else if (value instanceof HeadRows rows) {
            copy = new HeadRows((float[]) copy(rows.array(), copied), rows.offset(), rows.step());
        } else if (value instanceof Epilogue epilogue) {
            copy = new Epilogue(epilogue.bias(), epilogue.activation(), (float[]) copy(epilogue.derivative(), copied));
        }
        copied.put(value, copy);
        return copy;
    }

    @Test
    void linearLayersOf384Channels() {
        int wide = 4 * CHANNELS;
        float[] x = normal(1, SIZE);
        float[] weight = normal(2, CHANNELS * wide);
        float[] y = new float[ROWS * wide];
        kernels().gemm(false, false, ROWS, wide, CHANNELS, x, 0, weight, 0, y, 0, false,
                new Epilogue(normal(3, wide), Unary.GELU, new float[ROWS * wide]));
        kernels().gemm(false, true, ROWS, CHANNELS, wide, y, 0, weight, 0, new float[SIZE], 0, false, Epilogue.NONE);
        kernels().gemm(true, false, CHANNELS, wide, ROWS, x, 0, y, 0, normal(4, CHANNELS * wide), 0, true,
                Epilogue.NONE);
        kernels().sum(y, 1, ROWS, wide, 1, normal(5, wide), true);
        for (int rows : new int[] {1, 3, 8}) {
            kernels().gemm(false, false, rows, wide, CHANNELS, x, 0, weight, 0, y, 0, false,
                    Epilogue.bias(normal(3, wide)));
            kernels().gemm(false, true, rows, wide, CHANNELS, x, 0, weight, 0, y, 0, false, Epilogue.NONE);
        }
    }

    @Test
    void attentionOf384Channels() {
        for (int keyHeads : new int[] {6, 2}) {
            AttentionShape shape = new AttentionShape(2, ROWS / 2, 6, keyHeads, 64);
            Packed packed = Packed.normal(6, shape, 0);
            float[] out = new float[SIZE];
            float[] logSumExp = new float[6 * ROWS];
            packed.attention(kernels(), 0.2f, out, logSumExp);
            packed.backward(kernels(), 0.2f, out, logSumExp, normal(7, SIZE), normal(8, packed.array().length), true);
        }
    }

    @Test
    void layerNormOf384Channels() {
        float[] x = normal(9, SIZE);
        float[] gamma = positive(10, CHANNELS);
        float[] mean = new float[ROWS];
        float[] rstd = new float[ROWS];
        kernels().residualNormalize(RowNorm.LAYERNORM, x, normal(11, SIZE), 0.2f, KEY, gamma, normal(12, CHANNELS),
                ROWS, CHANNELS, EPS, new float[SIZE],
                new float[SIZE], mean, rstd);
        kernels().normalize(RowNorm.LAYERNORM, x, gamma, null, ROWS, CHANNELS, EPS, new float[SIZE], mean, rstd);
        kernels().normalizeBackward(RowNorm.LAYERNORM, x, gamma, mean, rstd, normal(13, SIZE), ROWS, CHANNELS,
                new float[SIZE], false,
                new float[CHANNELS], false, normal(14, CHANNELS), true);
    }

    @Test
    void embeddingAndLossOf384Channels() {
        int vocabulary = 65;
        int[] ids = indices(15, ROWS, vocabulary);
        kernels().gatherRows(normal(16, vocabulary * CHANNELS), CHANNELS, ids, ROWS, new float[SIZE]);
        kernels().scatterAddRows(normal(17, SIZE), ids, ROWS, CHANNELS, vocabulary, normal(18, vocabulary * CHANNELS),
                true);
        float[] logits = new float[ROWS * vocabulary];
        kernels().gemm(false, true, ROWS, vocabulary, CHANNELS, normal(19, SIZE), 0, normal(20, vocabulary * CHANNELS),
                0, logits, 0, false,
                Epilogue.NONE);
        CrossEntropyRows rows = CrossEntropyRows.withSums(ids, ROWS);
        kernels().crossEntropy(logits, rows, vocabulary, new float[ROWS * vocabulary]);
        kernels().crossEntropyGradient(normal(25, ROWS * vocabulary), rows, vocabulary, 0);
        kernels().softmax(logits, ROWS, vocabulary, logits);
    }

    @Test
    void clippingAndUpdateOf384Channels() {
        int size = 4 * CHANNELS * CHANNELS;
        float[] gradient = normal(21, size);
        kernels().sumOfSquares(gradient, size);
        kernels().adamW(new AdamWStep(1e-3f, 0.9f, 0.95f, 1e-8f, 0.1f, 0.5f, 0.1f, 0.05f), normal(22, size), gradient,
                0, normal(23, size), positive(24, size), size);
    }
}
