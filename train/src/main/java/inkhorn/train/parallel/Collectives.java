package inkhorn.train.parallel;

import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.util.function.IntUnaryOperator;

/** Exchanges that are not part of a training step: each process calls the same method at the same time. */
public final class Collectives {
    /** Values that are sent at a time. */
    private static final int PART = 1 << 20;

    private final Ranks ranks;
    private final Messages messages;

    /** Among these processes. */
    public Collectives(Ranks ranks) {
        this.ranks = ranks;
        messages = new Messages(ranks.size());
    }

    /** What each process has given, as many numbers as this one gives; by rank. */
    public double[][] gather(String what, double... own) {
        ByteBuffer out = messages.to(ranks.rank(), own.length * Double.BYTES);
        out.asDoubleBuffer().put(own);
        toAndFromAll(out, rank -> own.length * Double.BYTES);
        messages.send(ranks, what).await();
        double[][] all = new double[ranks.size()][own.length];
        all[ranks.rank()] = own.clone();
        for (int rank = 0; rank < all.length; rank++) {
            if (rank != ranks.rank()) {
                DoubleBuffer received = messages.received(rank).asDoubleBuffer();
                received.get(all[rank]);
            }
        }
        return all;
    }

    /** The bytes that each process has given, by rank. */
    public byte[][] gather(String what, byte[] own) {
        double[][] lengths = gather(what, (double) own.length);
        ByteBuffer out = messages.to(ranks.rank(), own.length);
        out.put(own).flip();
        toAndFromAll(out, rank -> (int) lengths[rank][0]);
        messages.send(ranks, what).await();
        byte[][] all = new byte[ranks.size()][];
        for (int rank = 0; rank < all.length; rank++) {
            all[rank] = new byte[(int) lengths[rank][0]];
            (rank == ranks.rank() ? out : messages.received(rank)).get(0, all[rank]);
        }
        return all;
    }

    private void toAndFromAll(ByteBuffer out, IntUnaryOperator bytesOfRank) {
        messages.clear();
        messages.toAll(ranks.rank(), out);
        for (int rank = 0; rank < ranks.size(); rank++) {
            if (rank != ranks.rank()) {
                messages.from(rank, bytesOfRank.applyAsInt(rank));
            }
        }
    }

    /** All processes get the values of rank 0, in place. */
    public void spread(String what, float[] values, int size) {
        for (int from = 0; from < size; from += PART) {
            int part = Math.min(PART, size - from);
            messages.clear();
            if (ranks.rank() == 0) {
                ByteBuffer out = messages.to(0, part * Float.BYTES);
                out.asFloatBuffer().put(values, from, part);
                messages.clear();
                messages.toAll(0, out);
                messages.send(ranks, what).await();
            } else {
                messages.from(0, part * Float.BYTES);
                messages.send(ranks, what).await();
                messages.received(0).asFloatBuffer().get(values, from, part);
            }
        }
    }

    /**
     * Each process gets from rank 0 the elements of a parameter that are its own.
     *
     * @param whole of rank 0, the values for all of the parameter; else null
     * @param own   those that this process keeps
     */
    void deal(String what, Shards shards, int parameter, float[] whole, float[] own) {
        deal(what, shards, parameter, whole, own, true);
    }

    /**
     * Rank 0 gets the elements of a parameter that each process keeps.
     *
     * @param whole of rank 0, for the values of all of the parameter; else null
     * @param own   those that this process keeps
     */
    void collect(String what, Shards shards, int parameter, float[] whole, float[] own) {
        deal(what, shards, parameter, whole, own, false);
    }

    private void deal(String what, Shards shards, int parameter, float[] whole, float[] own, boolean outwards) {
        int self = ranks.rank();
        if (self == 0) {
            System.arraycopy(outwards ? whole : own, outwards ? shards.from(parameter, 0) : 0,
                    outwards ? own : whole, outwards ? 0 : shards.from(parameter, 0), shards.size(parameter, 0));
        }
        int largest = 0;
        for (int rank = 1; rank < ranks.size(); rank++) {
            largest = Math.max(largest, shards.size(parameter, rank));
        }
        for (int at = 0; at < largest; at += PART) {
            messages.clear();
            for (int rank = 1; rank < ranks.size(); rank++) {
                int part = Math.max(0, Math.min(PART, shards.size(parameter, rank) - at));
                if (self != 0 && self != rank) {
                    continue;
                }
                boolean sends = outwards == (self == 0);
                int other = self == 0 ? rank : 0;
                if (sends) {
                    FloatBuffer out = messages.to(other, part * Float.BYTES).asFloatBuffer();
                    out.put(self == 0 ? whole : own, self == 0 ? shards.from(parameter, rank) + at : at, part);
                } else {
                    messages.from(other, part * Float.BYTES);
                }
            }
            messages.send(ranks, what).await();
            for (int rank = 1; rank < ranks.size(); rank++) {
                int part = Math.max(0, Math.min(PART, shards.size(parameter, rank) - at));
                if (self == 0 && !outwards) {
                    messages.received(rank).asFloatBuffer().get(whole, shards.from(parameter, rank) + at, part);
                } else if (self == rank && outwards) {
                    messages.received(0).asFloatBuffer().get(own, at, part);
                }
            }
        }
    }

    /** Waits for all processes, however long they take. */
    public void meet(String what) {
        ByteBuffer out = messages.to(ranks.rank(), 1);
        toAndFromAll(out, rank -> 1);
        Ranks.Exchange exchange = messages.send(ranks, what);
        while (!exchange.isDone()) {
            try {
                Thread.sleep(10);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new RankException("interrupted while waiting for other processes at " + what);
            }
        }
    }
}
