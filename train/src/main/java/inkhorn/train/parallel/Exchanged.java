package inkhorn.train.parallel;

import inkhorn.autograd.Tensor;
import inkhorn.autograd.kernel.AxisKernels;
import inkhorn.autograd.kernel.KernelProvider;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/**
 * The gradients and weights of several processes, bucket by bucket. As soon as the backward pass has completed a
 * bucket, each process sends every other process its sums for the elements that the other one updates. It adds the sums
 * that it receives in the order of the {@link SumTree}. This is a reduce-scatter whose bits do not depend on the number
 * of processes. A few buckets are sent at the same time, in buffers that are reused.
 */
final class Exchanged {
    private static final int UNDER_WAY = 8;

    private final Ranks ranks;
    private final Shards shards;
    private final List<Bucket> buckets;
    private final Deque<Messages> free = new ArrayDeque<>();
    private final Deque<Sent> underWay = new ArrayDeque<>();
    /** Of each parameter, this process's sums from left to right; null until its share of the sum is complete. */
    private final float[][][] sums;
    private final Messages totals;
    private SumTree tree;
    /** Of each process, the nodes of the tree that its sums are of. */
    private final List<List<SumTree.Node>> nodes = new ArrayList<>();
    private int sent;
    private long waitedNanos;

    private record Sent(Bucket bucket, Messages messages, Ranks.Exchange exchange) {}

    Exchanged(Ranks ranks, Shards shards) {
        this.ranks = ranks;
        this.shards = shards;
        buckets = Bucket.of(shards, Bucket.ELEMENTS);
        for (int i = 0; i < UNDER_WAY; i++) {
            free.add(new Messages(ranks.size()));
        }
        totals = new Messages(ranks.size());
        sums = new float[shards.parameters().size()][][];
    }

    /**
     * A step begins.
     *
     * @param share micro-batches of each process
     */
    void begin(SumTree newTree, int share) {
        tree = newTree;
        nodes.clear();
        for (int rank = 0; rank < ranks.size(); rank++) {
            nodes.add(tree.nodes(rank * share, (rank + 1) * share));
        }
        Arrays.fill(sums, null);
        sent = 0;
    }

    /**
     * This process's share of the sum of a parameter is complete.
     *
     * @param last    the sum of the last of its nodes
     * @param waiting the sums of the nodes before it, and maybe further arrays
     */
    void isComplete(int parameter, float[] last, float[][] waiting) {
        float[][] all = Arrays.copyOf(waiting, nodes.get(ranks.rank()).size());
        all[all.length - 1] = last;
        sums[parameter] = all;
        while (sent < buckets.size() && isComplete(buckets.get(sent))) {
            send(buckets.get(sent));
            sent++;
        }
    }

    private boolean isComplete(Bucket bucket) {
        return bucket.pieces().stream().allMatch(piece -> sums[piece.parameter()] != null);
    }

    private void send(Bucket bucket) {
        if (free.isEmpty()) {
            addOldest();
        }
        Messages messages = free.remove();
        messages.clear();
        int self = ranks.rank();
        for (int rank = 0; rank < ranks.size(); rank++) {
            if (rank != self) {
                ByteBuffer out = messages.to(rank, bucket.size(rank) * nodes.get(self).size() * Float.BYTES);
                FloatBuffer floats = out.asFloatBuffer();
                for (Bucket.Piece piece : bucket.pieces()) {
                    for (float[] sum : sums[piece.parameter()]) {
                        floats.put(sum, piece.from(rank), piece.size(rank));
                    }
                }
                messages.from(rank, bucket.size(self) * nodes.get(rank).size() * Float.BYTES);
            }
        }
        underWay.add(new Sent(bucket, messages, messages.send(ranks, "gradients " + bucket.number())));
    }

    /** Waits for all gradients: what this process updates has the sums of all micro-batches then. */
    void finishGradients() {
        while (!underWay.isEmpty()) {
            addOldest();
        }
    }

    private void addOldest() {
        Sent oldest = await();
        int self = ranks.rank();
        FloatBuffer[] received = new FloatBuffer[ranks.size()];
        for (int rank = 0; rank < received.length; rank++) {
            received[rank] = oldest.messages.received(rank).asFloatBuffer();
        }
        int at = 0;
        for (Bucket.Piece piece : oldest.bucket.pieces()) {
            int size = piece.size(self);
            int before = at;
            KernelProvider.kernels().forEachRange(size, (from, to) -> add(piece, received, before, from, to));
            at += size;
        }
        free.add(oldest.messages);
    }

    private Sent await() {
        Sent oldest = underWay.remove();
        long start = System.nanoTime();
        oldest.exchange.await();
        waitedNanos += System.nanoTime() - start;
        return oldest;
    }

    /**
     * Adds the sums of all processes for some elements of a piece.
     *
     * @param before elements of the pieces before it in the bucket
     */
    private void add(Bucket.Piece piece, FloatBuffer[] received, int before, int from, int to) {
        int self = ranks.rank();
        int size = to - from;
        float[][] own = sums[piece.parameter()];
        SumTree.Stack stack = tree.stack();
        List<float[]> values = new ArrayList<>();
        for (int rank = 0; rank < ranks.size(); rank++) {
            int ofRank = nodes.get(rank).size();
            for (int node = 0; node < ofRank; node++) {
                float[] value = new float[size];
                if (rank == self) {
                    System.arraycopy(own[node], piece.from(self) + from, value, 0, size);
                } else {
                    received[rank].get(before * ofRank + node * piece.size(self) + from, value);
                }
                for (int additions = stack.push(nodes.get(rank).get(node)); additions > 0; additions--) {
                    float[] left = values.remove(values.size() - 1);
                    for (int i = 0; i < size; i++) {
                        value[i] = left[i] + value[i];
                    }
                }
                values.add(value);
            }
        }
        float[] gradient = shards.parameters().get(piece.parameter()).tensor().grad();
        System.arraycopy(values.get(0), 0, gradient, piece.from(self) + from, size);
    }

    /** See {@link GradientSum#totals}. */
    GradientSum.Totals totals(double[] losses, boolean stops) {
        int self = ranks.rank();
        int share = losses.length / ranks.size();
        ByteBuffer own = totals.to(self, doubles(self, share) * Double.BYTES);
        own.putDouble(stops ? 1 : 0);
        for (int i = self * share; i < (self + 1) * share; i++) {
            own.putDouble(losses[i]);
        }
        for (int i = 0; i < sums.length; i++) {
            for (double square : squares(i)) {
                own.putDouble(square);
            }
        }
        own.flip();
        totals.clear();
        totals.toAll(self, own);
        for (int rank = 0; rank < ranks.size(); rank++) {
            if (rank != self) {
                totals.from(rank, doubles(rank, share) * Double.BYTES);
            }
        }
        long start = System.nanoTime();
        totals.send(ranks, "norms of the gradients").await();
        waitedNanos += System.nanoTime() - start;
        return read(own, losses, share);
    }

    private GradientSum.Totals read(ByteBuffer own, double[] losses, int share) {
        boolean stops = false;
        ByteBuffer[] of = new ByteBuffer[ranks.size()];
        for (int rank = 0; rank < of.length; rank++) {
            of[rank] = rank == ranks.rank() ? own : totals.received(rank).rewind();
            stops |= of[rank].getDouble() != 0;
            for (int i = 0; i < share; i++) {
                losses[rank * share + i] = of[rank].getDouble();
            }
        }
        double squares = 0;
        for (int i = 0; i < sums.length; i++) {
            double ofParameter = 0;
            for (int rank = 0; rank < of.length; rank++) {
                for (int block = 0; block < AxisKernels.squaresBlocks(shards.size(i, rank)); block++) {
                    ofParameter += of[rank].getDouble();
                }
            }
            squares += ofParameter;
        }
        return new GradientSum.Totals(squares, stops);
    }

    /** Of each block of a parameter that this process updates. */
    private double[] squares(int parameter) {
        Tensor tensor = shards.parameters().get(parameter).tensor();
        int size = shards.size(parameter, ranks.rank());
        double[] squares = new double[AxisKernels.squaresBlocks(size)];
        if (tensor.grad() != null) {
            KernelProvider.kernels().sumsOfSquares(tensor.grad(), shards.from(parameter, ranks.rank()), size, squares);
        }
        return squares;
    }

    private int doubles(int rank, int share) {
        int blocks = 0;
        for (int i = 0; i < sums.length; i++) {
            blocks += AxisKernels.squaresBlocks(shards.size(i, rank));
        }
        return 1 + share + blocks;
    }

    /** All processes get the weights that each of them has updated. */
    void shareWeights() {
        for (Bucket bucket : buckets) {
            if (free.isEmpty()) {
                takeOldest();
            }
            sendWeights(bucket);
        }
        while (!underWay.isEmpty()) {
            takeOldest();
        }
    }

    private void sendWeights(Bucket bucket) {
        Messages messages = free.remove();
        int self = ranks.rank();
        ByteBuffer out = messages.to(self, bucket.size(self) * Float.BYTES);
        FloatBuffer floats = out.asFloatBuffer();
        for (Bucket.Piece piece : bucket.pieces()) {
            floats.put(weights(piece), piece.from(self), piece.size(self));
        }
        messages.clear();
        messages.toAll(self, out);
        for (int rank = 0; rank < ranks.size(); rank++) {
            if (rank != self) {
                messages.from(rank, bucket.size(rank) * Float.BYTES);
            }
        }
        underWay.add(new Sent(bucket, messages, messages.send(ranks, "weights " + bucket.number())));
    }

    private void takeOldest() {
        Sent oldest = await();
        for (int rank = 0; rank < ranks.size(); rank++) {
            if (rank != ranks.rank()) {
                FloatBuffer floats = oldest.messages.received(rank).asFloatBuffer();
                for (Bucket.Piece piece : oldest.bucket.pieces()) {
                    floats.get(weights(piece), piece.from(rank), piece.size(rank));
                }
            }
        }
        free.add(oldest.messages);
    }

    private float[] weights(Bucket.Piece piece) {
        return shards.parameters().get(piece.parameter()).tensor().data();
    }

    double takeSecondsWaited() {
        double seconds = waitedNanos * 1e-9;
        waitedNanos = 0;
        return seconds;
    }
}
