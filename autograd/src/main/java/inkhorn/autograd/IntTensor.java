package inkhorn.autograd;

/**
 * Whole numbers with a shape: token ids, targets, indices. No gradient flows through it.
 *
 * @param data row-major values; shared, not copied
 * @param shape its sizes, whose product is at most the length of {@code data}
 */
public record IntTensor(int[] data, Shape shape) {
    public IntTensor {
        if (data.length < shape.size()) {
            throw new IllegalArgumentException("int tensor: " + data.length + " values do not fill shape " + shape);
        }
    }

    /** The values in the given sizes. */
    public static IntTensor of(int[] data, int... dims) {
        return new IntTensor(data, Shape.of(dims));
    }
}
