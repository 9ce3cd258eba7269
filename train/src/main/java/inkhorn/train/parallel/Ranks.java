package inkhorn.train.parallel;

import java.nio.ByteBuffer;

/**
 * The processes of one training, numbered from 0, from the point of view of this process. All of them begin the same
 * exchanges in the same order. Not for use by several threads at once.
 */
public interface Ranks extends AutoCloseable {

    /** Which of the processes this one is. */
    int rank();

    /** How many processes there are. */
    int size();

    /** The name of the machine that a process runs on. */
    String host(int rank);

    /**
     * Begins to send bytes to each process and to receive as many as it sends; returns at once.
     *
     * @param what what is exchanged, for the line that says what was waited for in vain, such as {@code gradients 3}
     * @param toRank direct buffers, one a process, whose bytes from position to limit are sent; empty ones for those
     *     that are sent nothing, the same one for several if they are sent the same. The own one is not looked at.
     * @param fromRank direct buffers likewise, for what each process sends: as many bytes as that process sends to this
     *     one
     */
    Exchange exchange(String what, ByteBuffer[] toRank, ByteBuffer[] fromRank);

    /** Ends all processes at once, with this exit code. To be called after the reason was printed. */
    void abort(int exitCode);

    /** Takes leave of the others; waits for them. */
    @Override
    void close();

    /** An exchange under way. Its buffers belong to it until {@link #await} has returned. */
    interface Exchange {

        /** Whether everything has been sent and received. */
        boolean isDone();

        /**
         * Waits until everything has been sent and received.
         *
         * @throws RankException naming what was exchanged and the processes that did not take part in it in time
         */
        void await();
    }
}
