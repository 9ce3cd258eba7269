package inkhorn.autograd.kernel;

/** One head of one sequence: where its rows lie, and the products over them. */
final class AttentionHead {
    static final int Q = 0;
    static final int K = 1;
    static final int V = 2;

    private static final int ROWS = MicroKernel.ROWS;
    private static final int COLUMNS = MicroKernel.COLUMNS;

    /** Queries of a block: a whole number of micro-kernel tiles both as columns and as rows. */
    static final int QUERIES = leastCommonMultiple(ROWS, COLUMNS);

    final Scratch scratch = Scratch.ofThread();
    final float[] qkv;
    final int time;
    final int size;
    final int channels;
    final float scale;
    /** Where this head's row of statistics starts. */
    final int statistics;
    private final AttentionShape shape;
    private final int b;
    private final int head;

    AttentionHead(AttentionShape shape, int b, int head, float[] qkv) {
        this.shape = shape;
        this.b = b;
        this.head = head;
        this.qkv = qkv;
        time = shape.time();
        size = shape.headSize();
        channels = shape.channels();
        scale = shape.scale();
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

    int row(int part, int t) {
        return (b * time + t) * 3 * channels + part * channels + head * size;
    }

    int outRow(int t) {
        return (b * time + t) * channels + head * size;
    }

    long draw(int q, int k) {
        return shape.draw(b, head, q, k);
    }

    /** Panels of rows, channel-major: the left operand of scores. */
    float[] packRows(int part, int slot) {
        float[] packed = scratch.array(slot, Packing.size(time, size, ROWS));
        for (int k = 0; k < time; k += ROWS) {
            Packing.transposed(qkv, row(part, k), 3 * channels, size, Math.min(ROWS, time - k), packed, k * size, ROWS);
        }
        return packed;
    }

    /** Strips of channels, key-major: the right operand of a weighted sum. */
    float[] packStrips(int part, int slot) {
        return packStrips(qkv, row(part, 0), 3 * channels, time, slot);
    }

    private float[] packStrips(float[] from, int at, int step, int count, int slot) {
        float[] packed = scratch.array(slot, Packing.size(size, count, COLUMNS));
        for (int c = 0; c < size; c += COLUMNS) {
            Packing.contiguous(from, at + c, step, count, Math.min(COLUMNS, size - c), packed, c * count, COLUMNS);
        }
        return packed;
    }

    /** Transposed scores of a block of queries: {@code to[k][q] = panel row k · query q}. */
    void acrossQueries(int part, int q0, int count, float[] panels, int limit, float[] to) {
        acrossQueries(qkv, row(part, q0), 3 * channels, q0, count, panels, limit, to);
    }

    /** {@code to[k][q] = panel row k · from[q]} for a block of rows {@code from}, k up to the strip's last query. */
    void acrossQueries(float[] from, int at, int step, int q0, int count, float[] panels, int limit, float[] to) {
        float[] strip = scratch.array(5, size * COLUMNS);
        for (int q = 0; q < count; q += COLUMNS) {
            Packing.transposed(from, at + q * step, step, size, Math.min(COLUMNS, count - q), strip, 0, COLUMNS);
            int last = Math.min(limit, q0 + q + COLUMNS);
            for (int k = 0; k < last; k += ROWS) {
                MicroKernel.multiply(size, panels, k * size, ROWS, strip, 0, COLUMNS, to, k * QUERIES + q, QUERIES, false);
            }
        }
    }

    /** {@code tile[q] = sum over keys up to q of weights[k][q] · strips[k]}. */
    void weighted(float[] weights, int q0, int count, float[] strips, float[] tile) {
        int padded = paddedSize();
        for (int q = 0; q < count; q += ROWS) {
            int keys = Math.min(time, q0 + Math.min(count, q + ROWS));
            for (int c = 0; c < size; c += COLUMNS) {
                MicroKernel.multiply(keys, weights, q, QUERIES, strips, c * time, COLUMNS, tile, q * padded + c, padded, false);
            }
        }
    }

    /**
     * {@code sums[k] += sum over the block's queries of weights[k][q] · from[q]}, for every key up to them. Keys of this
     * block are met for the first time, so theirs are overwritten.
     */
    void addTransposed(float[] weights, int q0, int count, float[] from, int step, int at, float[] sums) {
        float[] strips = packStrips(from, at, step, count, 5);
        float[] panel = scratch.array(11, Packing.size(ROWS, QUERIES, ROWS));
        int padded = paddedSize();
        for (int k = 0; k < q0 + count; k += ROWS) {
            int skip = Math.max(0, k - q0);
            int rows = Math.min(ROWS, q0 + count - k);
            Packing.transposed(weights, k * QUERIES + skip, QUERIES, count - skip, rows, panel, 0, ROWS);
            for (int c = 0; c < size; c += COLUMNS) {
                MicroKernel.multiply(count - skip, panel, 0, ROWS, strips, c * count + skip * COLUMNS, COLUMNS,
                        sums, k * padded + c, padded, k < q0);
            }
        }
    }
}
