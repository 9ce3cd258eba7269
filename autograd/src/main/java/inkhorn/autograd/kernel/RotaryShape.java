package inkhorn.autograd.kernel;

/**
 * The sizes of a rotary position embedding (Su et al. 2021, 3.2): which channels of a row are rotated. A head's first
 * {@code rotated} channels are: channel i with channel {@code i + rotated/2}, the pairing by halves of GPT-NeoX and
 * Llama, not that of neighbours in the paper. All other channels stay as they are.
 *
 * @param rows positions of all sequences, B·T
 * @param width channels of a row
 * @param heads heads that are rotated, side by side from channel 0 on
 * @param headSize channels of a head, D
 * @param rotated an even number, at most D
 */
public record RotaryShape(int rows, int width, int heads, int headSize, int rotated) {
    /** Pairs of a head, and angles of a position. */
    public int pairs() {
        return rotated / 2;
    }
}
