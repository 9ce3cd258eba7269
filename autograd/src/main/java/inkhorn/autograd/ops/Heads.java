package inkhorn.autograd.ops;

import inkhorn.autograd.Shape;
import inkhorn.autograd.Tensor;
import inkhorn.autograd.kernel.HeadRows;

/**
 * A view of attention heads, (B, T, heads, headSize), over a tensor of (B, T, W) with other things beside them:
 * queries, keys and values are three views of one packed projection, or of tensors of their own.
 *
 * @param packed (B, T, W)
 * @param offset channels before the first head
 * @param heads how many lie side by side
 * @param headSize channels of each
 */
public record Heads(Tensor packed, int offset, int heads, int headSize) {
    /** @throws IllegalArgumentException when the heads do not lie within (B, T, W) */
    public Heads {
        Shape shape = packed.shape();
        if (shape.rank() != 3 || offset < 0 || heads < 1 || headSize < 1
                || offset + (long) heads * headSize > shape.last()) {
            throw new IllegalArgumentException("attention: " + heads + " heads of " + headSize
                    + " channels from channel " + offset + " do not lie within " + shape + ", a (B, T, W)");
        }
    }

    /**
     * Queries, keys or values of a packed projection, (B, T, 3C).
     *
     * @param part 0 for queries, 1 for keys, 2 for values
     */
    public static Heads third(Tensor qkv, int part, int heads) {
        Shape shape = qkv.shape();
        if (shape.rank() != 3 || shape.last() % 3 != 0) {
            throw new IllegalArgumentException("attention: (B, T, 3C) is needed, found " + shape);
        }
        int channels = shape.last() / 3;
        if (heads < 1 || channels % heads != 0) {
            throw new IllegalArgumentException("attention: " + heads + " heads do not divide " + channels
                    + " channels of " + shape);
        }
        return new Heads(qkv, part * channels, heads, channels / heads);
    }

    /** H · D. */
    public int channels() {
        return heads * headSize;
    }

    /** Whether both look at the same channel of one tensor. */
    boolean overlaps(Heads other) {
        return packed == other.packed && offset < other.offset + other.channels() && other.offset < offset + channels();
    }

    /** Where they lie in an array of the packed shape: its values or its gradient. */
    public HeadRows in(float[] array) {
        return new HeadRows(array, offset, packed.shape().last());
    }

    /** Where their values lie. */
    public HeadRows rows() {
        return in(packed.data());
    }
}
