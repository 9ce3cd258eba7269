package inkhorn.mpi;

import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.IntStream;

/** The messages of one exchange, to and from each other process. For the thread that calls MPI, but for one method. */
final class Transfer {
    private final MpiLibrary library;
    private final int rank;
    private final ByteBuffer[] toRank;
    private final ByteBuffer[] fromRank;
    private final int tag;
    /** Null where nothing is under way. */
    private final Pointer[] sends;
    private final Pointer[] receives;

    /** @param rank of this process */
    Transfer(MpiLibrary library, int rank, ByteBuffer[] toRank, ByteBuffer[] fromRank, int tag) {
        this.library = library;
        this.rank = rank;
        this.toRank = toRank;
        this.fromRank = fromRank;
        this.tag = tag;
        sends = new Pointer[toRank.length];
        receives = new Pointer[toRank.length];
    }

    /** Begins all of them, receives before sends. */
    void begin() {
        int size = toRank.length;
        for (int i = 1; i < size; i++) {
            int from = (rank + size - i) % size;
            receives[from] = library.receive(fromRank[from], from, tag);
        }
        for (int i = 1; i < size; i++) {
            int to = (rank + i) % size;
            sends[to] = library.send(toRank[to], to, tag);
        }
    }

    /** Asks after what is under way; whether any message has come or gone. */
    boolean progress() {
        boolean any = false;
        for (Pointer[] requests : List.of(receives, sends)) {
            for (int i = 0; i < requests.length; i++) {
                if (requests[i] != null && library.isDone(requests[i])) {
                    requests[i] = null;
                    any = true;
                }
            }
        }
        return any;
    }

    /** Whether nothing is under way any more. */
    boolean isComplete() {
        for (int i = 0; i < sends.length; i++) {
            if (sends[i] != null || receives[i] != null) {
                return false;
            }
        }
        return true;
    }

    /**
     * The processes that have sent nothing; where all have, those that have taken nothing. Of any thread, which may
     * miss what is happening right now.
     */
    List<Integer> missing() {
        List<Integer> silent = pending(receives);
        return silent.isEmpty() ? pending(sends) : silent;
    }

    private static List<Integer> pending(Pointer[] requests) {
        return IntStream.range(0, requests.length).filter(i -> requests[i] != null).boxed().toList();
    }
}
