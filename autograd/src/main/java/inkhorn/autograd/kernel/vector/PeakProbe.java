package inkhorn.autograd.kernel.vector;

import static inkhorn.autograd.kernel.vector.loops.VectorMath.S;
import static inkhorn.autograd.kernel.vector.loops.VectorMath.W;

import inkhorn.autograd.kernel.JdkVectorModule;
import inkhorn.autograd.kernel.scalar.ScalarKernels;
import inkhorn.autograd.kernel.vector.gemm.MicroKernel;
import inkhorn.autograd.kernel.vector.gemm.Packing;
import inkhorn.autograd.kernel.vector.gemm.Tile;
import inkhorn.autograd.kernel.vector.workers.Workers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongSupplier;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * What this machine can do at most, measured: float32 operations a second of the bare micro-kernel on operands that
 * stay in the first cache, and bytes a second of an update {@code y = y + 3x} on arrays too large for most caches, and
 * of reading. Shares of a peak are shares of these.
 *
 * <p>A machine's clock drifts, on shared hosts by a factor of two: what is compared with a peak is measured close to
 * it. The first measurement in a JVM also waits for the compiler, about a second where nothing has multiplied matrices
 * before.
 */
public final class PeakProbe implements AutoCloseable {
    /**
     * Depth of the product: 8 × 128 and 128 × 48 floats are 28 KiB, 6 × 128 and 128 × 16 are 11, which fit in every
     * first cache.
     */
    private static final int DEPTH = 128;

    /** Floats of x and of y: 64 MiB each. */
    private static final int UPDATED = 1 << 24;

    private static final int CHUNK = 1 << 16;

    /** A measurement is the median of rounds of at least this long. */
    private static final long ROUND_NANOS = 200_000;

    private static final int TASKS_PER_THREAD = 4;

    /** How long to wait for the compiler at most. */
    private static final double WARMUP_SECONDS = 3;

    /** Whether this JVM has waited for the compiler; it does so once. */
    private static volatile boolean warm;

    private final Workers workers;
    private final LongSupplier nanoTime;
    private float[] x;
    private float[] y;

    /** @param threads how many work together; at least 1 */
    public PeakProbe(int threads) {
        this(threads, System::nanoTime);
    }

    PeakProbe(int threads, LongSupplier nanoTime) {
        workers = new Workers(threads);
        this.nanoTime = nanoTime;
    }

    /** Float32 operations a second of this probe's threads together. */
    public double flopsPerSecond(double seconds) {
        Block[] blocks = new Block[workers.threads() * TASKS_PER_THREAD];
        Arrays.setAll(blocks, i -> JdkVectorModule.isLoaded() ? new MicroKernelBlock() : new PlainBlock());
        if (!warm) {
            awaitCompiler(blocks[0]);
            warm = true;
        }
        double flopsOfCall = blocks[0].flops() * blocks.length;
        return flopsOfCall * callsPerSecond(seconds, calls -> workers.run(blocks.length,
                task -> repeat(blocks[task], calls)));
    }

    private void awaitCompiler(Block block) {
        long start = nanoTime.getAsLong();
        long now = start;
        long before;
        do {
            before = now;
            repeat(block, 20);
            now = nanoTime.getAsLong();
        } while (20e9 * block.flops() / (now - before) < block.compiledFlops()
                && (now - start) * 1e-9 < WARMUP_SECONDS);
    }

    /**
     * Bytes a second that this probe's threads together read and write. Takes 128 MiB of heap until the probe is
     * closed. An update and not a copy: what is written has been read, so no line is fetched that does not count.
     */
    public double bytesPerSecond(double seconds) {
        if (x == null) {
            x = ones(UPDATED);
            y = ones(UPDATED);
        }
        double bytesOfCall = 3.0 * Float.BYTES * UPDATED;
        return bytesOfCall * callsPerSecond(seconds, calls -> {
            for (int i = 0; i < calls; i++) {
                workers.run(UPDATED / CHUNK, task -> update(x, y, task * CHUNK));
            }
        });
    }

    /**
     * Bytes a second that this probe's threads together read, where they write nothing: the limit of a program that
     * only looks through its memory. Reads arrays of 64 MiB, as many as make up {@code bytes}, one after another; less
     * than what caches hold comes from them. Takes that much heap until it returns.
     */
    public double readBytesPerSecond(long bytes, double seconds) {
        int chunks = UPDATED / CHUNK;
        long wanted = Math.max(1, bytes / Float.BYTES / CHUNK);
        float[][] arrays = new float[(int) ((wanted + chunks - 1) / chunks)][];
        for (int i = 0; i < arrays.length; i++) {
            arrays[i] = ones((int) Math.min(chunks, wanted - (long) i * chunks) * CHUNK);
        }
        int tasks = (int) wanted;
        boolean vectors = JdkVectorModule.isLoaded();
        float[] sums = new float[tasks];
        double bytesOfCall = (double) Float.BYTES * CHUNK * tasks;
        return bytesOfCall * callsPerSecond(seconds, calls -> {
            for (int i = 0; i < calls; i++) {
                workers.run(tasks, task -> {
                    float[] from = arrays[task / chunks];
                    int at = task % chunks * CHUNK;
                    sums[task] = vectors ? Reading.sum(from, at, CHUNK) : sum(from, at, CHUNK);
                });
            }
        });
    }

    /** Without the Vector API: four chains of additions. */
    private static float sum(float[] from, int at, int n) {
        float a = 0;
        float b = 0;
        float c = 0;
        float d = 0;
        for (int i = at; i < at + n; i += 4) {
            a += from[i];
            b += from[i + 1];
            c += from[i + 2];
            d += from[i + 3];
        }
        return a + b + c + d;
    }

    /** Some work that is done a number of times. */
    @FunctionalInterface
    interface Repeated {
        void run(int calls);
    }

    /**
     * The median over rounds of as many calls as make a round long enough; those of shorter rounds, and so of cold
     * code, do not count.
     */
    double callsPerSecond(double seconds, Repeated work) {
        List<Double> rates = new ArrayList<>();
        long start = nanoTime.getAsLong();
        double elapsed = 0;
        int calls = 1;
        while (elapsed < seconds || rates.size() < 5 && elapsed < 2 * seconds) {
            long before = nanoTime.getAsLong();
            work.run(calls);
            long after = nanoTime.getAsLong();
            rates.add(calls * 1e9 / Math.max(1, after - before));
            if (after - before < ROUND_NANOS) {
                calls *= 2;
                rates.clear();
            }
            elapsed = (after - start) * 1e-9;
        }
        double[] sorted = rates.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return sorted.length == 0 ? calls / seconds : sorted[sorted.length / 2];
    }

    private static void repeat(Block block, int calls) {
        for (int i = 0; i < calls; i++) {
            block.run();
        }
    }

    private static void update(float[] x, float[] y, int from) {
        for (int i = from; i < from + CHUNK; i++) {
            y[i] += 3f * x[i];
        }
    }

    @Override
    public void close() {
        workers.close();
        x = null;
        y = null;
    }

    /** A small product whose operands are this thread's own. */
    private abstract static class Block {
        abstract void run();

        abstract double flops();

        /** A rate that code reaches on any processor once it is compiled, and never before. */
        abstract double compiledFlops();
    }

    private static final class MicroKernelBlock extends Block {
        private final Tile tile = Tile.quickest();
        private final float[] a = ones(tile.rows * MicroKernel.ROW_STEP);
        private final float[] b = ones(Packing.size(tile.columns, DEPTH, tile.columns));
        private final float[] c = new float[tile.size()];

        @Override
        void run() {
            MicroKernel.multiplyRows(tile, DEPTH, a, 0, b, Packing.START, c, 0, tile.columns, false);
        }

        @Override
        double flops() {
            return 2.0 * DEPTH * c.length;
        }

        @Override
        double compiledFlops() {
            return 4e9;
        }
    }

    /** Without the Vector API: the loop that the compiler turns into vectors by itself, as in {@link ScalarKernels}. */
    private static final class PlainBlock extends Block {
        private static final int COLUMNS = 32;

        private final float[] a = ones(DEPTH);
        private final float[] b = ones(DEPTH * COLUMNS);
        private final float[] c = new float[COLUMNS];

        @Override
        void run() {
            Arrays.fill(c, 0);
            for (int p = 0; p < DEPTH; p++) {
                float factor = a[p];
                for (int j = 0; j < COLUMNS; j++) {
                    c[j] += factor * b[p * COLUMNS + j];
                }
            }
        }

        @Override
        double flops() {
            return 2.0 * DEPTH * COLUMNS;
        }

        @Override
        double compiledFlops() {
            return 1e9;
        }
    }

    /** A class of its own, since it needs the Vector API. */
    private static final class Reading {
        /** Four chains of additions; n is a multiple of four vectors. */
        static float sum(float[] from, int at, int n) {
            FloatVector a = FloatVector.zero(S);
            FloatVector b = FloatVector.zero(S);
            FloatVector c = FloatVector.zero(S);
            FloatVector d = FloatVector.zero(S);
            for (int i = at; i < at + n; i += 4 * W) {
                a = a.add(FloatVector.fromArray(S, from, i));
                b = b.add(FloatVector.fromArray(S, from, i + W));
                c = c.add(FloatVector.fromArray(S, from, i + 2 * W));
                d = d.add(FloatVector.fromArray(S, from, i + 3 * W));
            }
            return a.add(b).add(c.add(d)).reduceLanes(VectorOperators.ADD);
        }
    }

    private static float[] ones(int n) {
        float[] ones = new float[n];
        Arrays.fill(ones, 1);
        return ones;
    }
}
