package inkhorn.autograd.kernel;

/**
 * Where queries, keys or values lie, or their gradients: a row for each position of a batch, with its heads side by
 * side. Several operands may share an array, as in one packed projection.
 *
 * @param array the storage
 * @param offset index of the first head of row 0
 * @param step from one row to the next
 */
public record HeadRows(float[] array, int offset, int step) {
    /** The index of a head of {@code size} channels in a row. */
    public int at(int row, int head, int size) {
        return offset + row * step + head * size;
    }
}
