package inkhorn.checkpoint;

import java.util.Arrays;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * A float32 tensor on its way to or from a file: its name, shape and row-major values.
 *
 * <p>An array is not copied, so that weights are not held twice; whoever made the record must not change them during a
 * save.
 *
 * @param name   not empty, and not {@code __metadata__}, which the format keeps for itself
 * @param shape  sizes ≥ 0; empty for a scalar
 * @param values gives as many values as the product of the shape, whenever it is asked
 */
public record NamedTensor(String name, int[] shape, Supplier<float[]> values) {
    /** @throws IllegalArgumentException where the name or the shape is none */
    public NamedTensor {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(values, "values");
        if (name.isEmpty() || name.equals(SafetensorsHeader.METADATA)) {
            throw new IllegalArgumentException("tensor name \"" + name + "\" is empty or reserved");
        }
        shape = shape.clone();
        for (int size : shape) {
            if (size < 0) {
                throw new IllegalArgumentException(name + ": negative size in shape " + Arrays.toString(shape));
            }
        }
    }

    /**
     * Of values that are there already.
     *
     * @throws IllegalArgumentException where name, shape and data do not fit together
     */
    public NamedTensor(String name, int[] shape, float[] data) {
        this(name, shape, () -> data);
        data();
    }

    /**
     * The values.
     *
     * @throws IllegalArgumentException where they are not as many as the shape says
     */
    public float[] data() {
        float[] data = Objects.requireNonNull(values.get(), "data");
        long elements = 1;
        for (int size : shape) {
            // Sizes and the product so far are below 2^31 each, or the product has failed to match already.
            elements = elements > Integer.MAX_VALUE ? elements : elements * size;
        }
        if (elements != data.length) {
            throw new IllegalArgumentException(
                    name + ": shape " + Arrays.toString(shape) + " wants " + elements + " values, got " + data.length);
        }
        return data;
    }
}
