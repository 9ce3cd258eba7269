package inkhorn.train.parallel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** The direct buffers of an exchange, kept for the next one of its kind. */
final class Messages {
    private static final ByteBuffer NONE = ByteBuffer.allocateDirect(0);

    private final ByteBuffer[] toRank;
    private final ByteBuffer[] fromRank;
    private final ByteBuffer[] sends;
    private final ByteBuffer[] receives;

    Messages(int ranks) {
        toRank = new ByteBuffer[ranks];
        fromRank = new ByteBuffer[ranks];
        sends = new ByteBuffer[ranks];
        receives = new ByteBuffer[ranks];
        clear();
    }

    /** Nothing to and from anybody. */
    void clear() {
        Arrays.fill(toRank, NONE);
        Arrays.fill(fromRank, NONE);
    }

    /** A buffer of this many bytes for one process. */
    ByteBuffer to(int rank, int bytes) {
        sends[rank] = large(sends[rank], bytes);
        toRank[rank] = sends[rank];
        return toRank[rank];
    }

    /** The same buffer for all processes but this one. */
    void toAll(int self, ByteBuffer buffer) {
        for (int rank = 0; rank < toRank.length; rank++) {
            toRank[rank] = rank == self ? NONE : buffer;
        }
    }

    /** A buffer for this many bytes of a process. */
    ByteBuffer from(int rank, int bytes) {
        receives[rank] = large(receives[rank], bytes);
        fromRank[rank] = receives[rank];
        return fromRank[rank];
    }

    /** What a process has sent. */
    ByteBuffer received(int rank) {
        return fromRank[rank];
    }

    Ranks.Exchange send(Ranks ranks, String what) {
        return ranks.exchange(what, toRank, fromRank);
    }

    /** From position 0, with this limit. */
    static ByteBuffer large(ByteBuffer old, int bytes) {
        if (old != null && old.capacity() >= bytes) {
            return old.clear().limit(bytes);
        }
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    }
}
