package inkhorn.checkpoint;

import java.util.Arrays;

/**
 * What a safetensors header says of one tensor.
 *
 * @param begin first byte, counted from the end of the header
 * @param end   one past the last byte; {@code end - begin} equals the shape's product times the type's size
 */
public record TensorInfo(String name, Dtype dtype, int[] shape, long begin, long end) {
    /** Number of elements: the product of the shape, 1 for a scalar. */
    public long elements() {
        return (end - begin) / dtype.bytes();
    }

    @Override
    public String toString() {
        return name + " " + dtype + " " + Arrays.toString(shape);
    }
}
