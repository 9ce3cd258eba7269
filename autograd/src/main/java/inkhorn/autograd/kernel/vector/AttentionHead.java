package inkhorn.autograd.kernel.vector;

import inkhorn.autograd.kernel.AttentionShape;
import inkhorn.autograd.kernel.HeadRows;
import inkhorn.autograd.kernel.vector.gemm.MicroKernel;
import inkhorn.autograd.kernel.vector.gemm.Packing;
import inkhorn.autograd.kernel.vector.gemm.Tile;
import inkhorn.autograd.kernel.vector.loops.Scratch;

/** One head of the queries of one sequence: where its rows lie, and the products over them. */
final class AttentionHead {
    private static final int ROWS = MicroKernel.ROWS;
    private static final int COLUMNS = MicroKernel.COLUMNS;
    static final int STEP = MicroKernel.ROW_STEP;
    /** Channels of a plane of rows: what a row of {@link #STEP} floats holds, in whole strips. */
    static final int DEPTH = STEP / COLUMNS * COLUMNS;

    /** Queries of a block: a whole number of micro-kernel tiles both as columns and as rows. */
    static final int QUERIES = leastCommonMultiple(ROWS, COLUMNS);

    final Scratch scratch = Scratch.ofThread();
    final int time;
    final int size;
    final int channels;
    final float scale;
    /** What a score loses before it is scaled for each position between key and query: ALiBi; 0 without. */
    final float slope;
    /** Where this head's row of statistics starts. */
    final int statistics;
    private final AttentionShape shape;
    private final int b;
    private final int head;
    private final int keyHead;

    AttentionHead(AttentionShape shape, int b, int head) {
        this.shape = shape;
        this.b = b;
        this.head = head;
        keyHead = head / shape.group();
        time = shape.time();
        size = shape.headSize();
        channels = shape.channels();
        scale = shape.scale();
        slope = shape.unscaledSlope(head);
        statistics = (b * shape.heads() + head) * time;
    }

    private static int leastCommonMultiple(int a, int b) {
        int multiple = a;
        while (multiple % b != 0) {
            multiple += a;
        }
        return multiple;
    }

    int paddedKeys() {
        return Packing.panels(time, ROWS) * ROWS;
    }

    int paddedSize() {
        return Packing.panels(size, COLUMNS) * COLUMNS;
    }

    /** Where this head begins at position t of the queries, or of their gradient. */
    int query(HeadRows rows, int t) {
        return rows.at(b * time + t, head, size);
    }

    /** Where the head of keys or values that serves this one begins at position t. */
    int key(HeadRows rows, int t) {
        return rows.at(b * time + t, keyHead, size);
    }

    int outRow(int t) {
        return (b * time + t) * channels + head * size;
    }

    long draw(int q, int k) {
        return shape.draw(b, head, q, k);
    }

    /** An array of scores, keys down with a step of {@link #STEP}, queries of a block across; see {@link #score}. */
    float[] scores(int slot) {
        return scratch.array(slot, Packing.START + paddedKeys() * STEP);
    }

    /** Where in such an array key {@code k} and the block's query {@code q} are. */
    static int score(int k, int q) {
        return Packing.START + k * STEP + q;
    }

    /** Rows of this head's channels, {@code count} at least; see {@link #sum}. */
    float[] sums(int slot, int count) {
        return scratch.array(slot, Packing.START + count * paddedSize());
    }

    /** Where in such an array row {@code i} begins. */
    int sum(int i) {
        return Packing.START + i * paddedSize();
    }

    /** Where channel {@code c} of row {@code k} lies in what {@link #rows} gives. */
    private int at(int k, int c) {
        return Packing.START + (c / DEPTH * paddedKeys() + k) * STEP + c % DEPTH;
    }

    /** The rows of keys or values as they are, each at a step of {@link #STEP}: an operand on either side. */
    float[] rows(HeadRows from, int slot) {
        float[] rows = scratch.array(slot, Packing.START + Packing.panels(size, DEPTH) * paddedKeys() * STEP);
        for (int c = 0; c < size; c += DEPTH) {
            for (int k = 0; k < time; k += ROWS) {
                Packing.rows(from.array(), key(from, k) + c, from.step(), Math.min(DEPTH, size - c),
                        Math.min(ROWS, time - k), rows, at(k, c));
            }
        }
        return rows;
    }

    /** Strips of channels, row-major: the right operand of a weighted sum. */
    private float[] packStrips(float[] from, int at, int step, int count, int slot) {
        float[] packed = scratch.array(slot, Packing.size(size, count, COLUMNS));
        for (int c = 0; c < size; c += COLUMNS) {
            Packing.contiguous(from, at + c, step, count, Math.min(COLUMNS, size - c), packed,
                    Packing.START + c * count, COLUMNS);
        }
        return packed;
    }

    /** {@code to[k][q] = rows[k] · from[q]} for a block of rows {@code from}, k up to the strip's last query. */
    void acrossQueries(float[] from, int at, int step, int q0, int count, float[] rows, float[] to) {
        float[] strip = scratch.array(5, Packing.size(COLUMNS, size, COLUMNS));
        for (int q = 0; q < count; q += COLUMNS) {
            Packing.transposed(from, at + q * step, step, size, Math.min(COLUMNS, count - q), strip, Packing.START,
                    COLUMNS);
            int last = Math.min(q0 + count, q0 + q + COLUMNS);
            for (int c = 0; c < size; c += DEPTH) {
                for (int k = 0; k < last; k += ROWS) {
                    MicroKernel.multiplyRows(Tile.TALL, Math.min(DEPTH, size - c), rows, at(k, c), strip,
                            Packing.START + c * COLUMNS, to, score(k, q), STEP, c > 0);
                }
            }
        }
    }

    /** {@code tile[q] = sum over keys up to q of weights[k][q] · rows[k]}. */
    void weighted(float[] weights, int q0, int count, float[] rows, float[] tile) {
        for (int q = 0; q < count; q += ROWS) {
            int keys = Math.min(time, q0 + Math.min(count, q + ROWS));
            for (int c = 0; c < size; c += COLUMNS) {
                MicroKernel.multiplyStrided(keys, weights, score(0, q), rows, at(0, c), tile, sum(q) + c, paddedSize());
            }
        }
    }

    /**
     * {@code sums[k] += sum over the block's queries of weights[k][q] · from[q]}, for every key up to them. The first
     * head of a group meets the keys of this block for the first time, so theirs are overwritten.
     */
    void addTransposed(float[] weights, int q0, int count, float[] from, int step, int at, float[] sums,
                       boolean first) {
        float[] strips = packStrips(from, at, step, count, 5);
        for (int k = 0; k < q0 + count; k += ROWS) {
            int skip = Math.max(0, k - q0);
            for (int c = 0; c < size; c += COLUMNS) {
                MicroKernel.multiplyRows(Tile.TALL, count - skip, weights, score(k, skip), strips,
                        Packing.START + c * count + skip * COLUMNS, sums, sum(k) + c, paddedSize(), k < q0 || !first);
            }
        }
    }
}
