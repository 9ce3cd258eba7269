package inkhorn.bench;

import inkhorn.autograd.kernel.AttentionShape;
import inkhorn.autograd.kernel.Broadcast;
import inkhorn.autograd.kernel.CrossEntropyRows;
import inkhorn.autograd.kernel.StridedCopy;
import inkhorn.autograd.kernel.Unary;
import java.util.Arrays;
import java.util.List;

/**
 * What a call of a method of {@link inkhorn.autograd.kernel.Kernels} is and costs, read off its name and arguments; a
 * method that is not known here is still timed, under its own name and without a cost.
 *
 * @param label the kernel, and what it works for where its sizes tell
 */
public record KernelCall(String label, Cost cost) {
    /** @param products names for matrix products by their sizes */
    public static KernelCall of(String method, Object[] arguments, List<Product> products) {
        int[] sizes = Arrays.stream(arguments).filter(Integer.class::isInstance).mapToInt(a -> (Integer) a).toArray();
        boolean adds = Arrays.asList(arguments).contains(Boolean.TRUE);
        return switch (method) {
            case "gemm" -> gemm(arguments, sizes, products);
            case "attention", "attentionBackward" -> attention(method, arguments);
            case "unary", "unaryBackward" -> unary(method, arguments, sizes, adds);
            default -> new KernelCall(method, cost(method, arguments, sizes, adds));
        };
    }

    private static KernelCall gemm(Object[] arguments, int[] sizes, List<Product> products) {
        boolean transA = (Boolean) arguments[0];
        boolean transB = (Boolean) arguments[1];
        String name = products.stream().filter(p -> p.isSameAs(transA, transB, sizes[0], sizes[1], sizes[2]))
                .map(Product::name).findFirst()
                .orElse((transA ? "T" : "N") + (transB ? "T " : "N ") + sizes[0] + "×" + sizes[1] + "×" + sizes[2]);
        return new KernelCall("gemm " + name, gemm(sizes[0], sizes[1], sizes[2]));
    }

    /** Of the product (m, k) · (k, n). */
    public static Cost gemm(double m, double n, double k) {
        return new Cost(2 * m * n * k, Float.BYTES * (m * k + k * n + m * n));
    }

    private static KernelCall attention(String method, Object[] arguments) {
        AttentionShape shape = (AttentionShape) Arrays.stream(arguments).filter(AttentionShape.class::isInstance)
                .findFirst().orElseThrow();
        return new KernelCall(method, attention(shape, method.endsWith("Backward")));
    }

    /** Two products forward and five backward, the causal half of each; queries, keys and values pass once. */
    public static Cost attention(AttentionShape s, boolean isBackward) {
        double half = (double) s.batch() * s.channels() * s.time() * (s.time() + 1) / 2;
        double floats = (double) s.batch() * s.time() * s.channels() * (isBackward ? 8 : 4);
        return new Cost(2 * half * (isBackward ? 5 : 2), Float.BYTES * floats);
    }

    private static KernelCall unary(String method, Object[] arguments, int[] sizes, boolean adds) {
        Unary function = (Unary) arguments[0];
        double n = sizes[sizes.length - 1];
        boolean isBackward = method.endsWith("Backward");
        return new KernelCall(method + " " + function, Cost.floats(n * ((isBackward ? 3 : 2) + (adds ? 1 : 0))));
    }

    private static Cost cost(String method, Object[] arguments, int[] sizes, boolean adds) {
        double last = sizes.length == 0 ? 0 : sizes[sizes.length - 1];
        double table = sizes.length < 2 ? 0 : (double) sizes[0] * sizes[1];
        int sum = adds ? 1 : 0;
        return switch (method) {
            case "fill", "sumOfSquares" -> Cost.floats(last);
            case "scale", "dropout" -> Cost.floats(last * (2 + sum));
            case "adamW" -> Cost.floats(last * 7);
            case "sum" -> Cost.floats(table * sizes[2]);
            case "softmax", "logSoftmax", "normalize", "gatherRows" -> Cost.floats(table * 2);
            case "crossEntropy", "crossEntropyGradient" -> ofRows((CrossEntropyRows) arguments[1], sizes[0]);
            case "softmaxBackward", "logSoftmaxBackward", "normalizeBackward" -> Cost.floats(table * (3 + sum));
            case "residualNormalize" -> Cost.floats(table * 4);
            case "scatterAddRows" -> Cost.floats(table * 3 + (adds ? 0 : (double) sizes[1] * sizes[2]));
            case "binary" -> Cost.floats(product(((Broadcast) arguments[1]).dims()) * 3);
            case "copy" -> Cost.floats(product(((StridedCopy) arguments[0]).dims()) * (2 + sum));
            default -> Cost.UNKNOWN;
        };
    }

    private static Cost ofRows(CrossEntropyRows rows, int columns) {
        return Cost.floats(2.0 * rows.count() * columns);
    }

    private static double product(int[] dims) {
        return Arrays.stream(dims).asDoubleStream().reduce(1, (a, b) -> a * b);
    }
}
