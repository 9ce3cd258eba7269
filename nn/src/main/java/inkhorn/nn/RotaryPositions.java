package inkhorn.nn;

import inkhorn.autograd.AttentionCache;
import inkhorn.autograd.IntTensor;
import inkhorn.autograd.Tensor;
import inkhorn.autograd.ops.Rotary;

/**
 * Rotary position embedding (RoPE, Su et al. 2021, 3.2): pair i of a head's channels is rotated by the angle
 * {@code position · base^(-2i/rotated)} in queries and keys, so that their product depends on the distance alone.
 * Channel i makes a pair with channel {@code i + rotated/2}, as in GPT-NeoX and Llama.
 */
final class RotaryPositions {
    private final int headSize;
    private final Tensor turns;

    /** For the positions 0 to {@code block_size - 1}. */
    RotaryPositions(GptConfig config) {
        this.headSize = config.headSize();
        this.turns = table(config.blockSize(), config.rotated(), config.ropeBase());
    }

    /** (positions, rotated): the cosines of a position's angles, then their sines. */
    static Tensor table(int positions, int rotated, double base) {
        Tensor table = Tensor.zeros(positions, rotated);
        float[] values = table.data();
        for (int i = 0; i < values.length; i++) {
            int c = i % rotated;
            int pair = c % (rotated / 2);
            double angle = i / rotated * StrictMath.pow(base, -2.0 * pair / rotated);
            values[i] = (float) (c == pair ? StrictMath.cos(angle) : StrictMath.sin(angle));
        }
        return table;
    }

    /**
     * Rotates the first heads of a packed projection.
     *
     * @param qkv (B, T, W)
     * @param heads of queries and keys together
     * @param cachesOrNull of each sequence the keys of the tokens before these, which says where they stand
     * @return (B, T, W)
     */
    Tensor rotate(Tensor qkv, int heads, AttentionCache[] cachesOrNull) {
        int batch = qkv.shape().dim(0);
        int time = qkv.shape().dim(1);
        int[] positions = new int[batch * time];
        for (int i = 0; i < positions.length; i++) {
            int before = cachesOrNull == null ? 0 : cachesOrNull[i / time].length();
            positions[i] = before + i % time;
        }
        return Rotary.apply(qkv, heads, headSize, turns, IntTensor.of(positions, batch, time));
    }
}
