package inkhorn.train.parallel;

import java.nio.ByteBuffer;

/** A training with a single process, in which nothing is exchanged. */
public final class Alone implements Ranks {
    private static final Exchange NOTHING = new Exchange() {
        @Override
        public boolean isDone() {
            return true;
        }

        @Override
        public void await() {}
    };

    @Override
    public int rank() {
        return 0;
    }

    @Override
    public int size() {
        return 1;
    }

    @Override
    public String host(int rank) {
        return "this machine";
    }

    @Override
    public Exchange exchange(String what, ByteBuffer[] toRank, ByteBuffer[] fromRank) {
        return NOTHING;
    }

    @Override
    public void abort(int exitCode) {
        throw new IllegalStateException("there is no other process to end");
    }

    @Override
    public void close() {}
}
