package inkhorn.train.parallel;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The speed of the connection between the processes of a training.
 *
 * @param latency   seconds of an exchange of a few bytes of each process with each other; the median of the slowest one
 * @param bandwidth bytes that a process sends in a second while all send to all; of the slowest one
 */
public record Link(double latency, double bandwidth) {
    private static final int SMALL_EXCHANGES = 200;
    private static final int UNDER_WAY = 4;
    private static final double SECONDS = 1.5;

    /** Bytes that a process sends to all others together in an exchange: those of a bucket of gradients. */
    private static final int BYTES = Bucket.ELEMENTS * Float.BYTES;

    /** Measures for some seconds; to be called by all processes. */
    public static Link measure(Ranks ranks) {
        Collectives collectives = new Collectives(ranks);
        collectives.meet("measuring the link");
        double[] seconds = new double[SMALL_EXCHANGES];
        for (int i = 0; i < SMALL_EXCHANGES; i++) {
            long start = System.nanoTime();
            collectives.gather("measuring the latency", i);
            seconds[i] = (System.nanoTime() - start) * 1e-9;
        }
        Arrays.sort(seconds);
        double bandwidth = bandwidth(ranks, collectives);
        double slowest = 0;
        double narrowest = Double.POSITIVE_INFINITY;
        for (double[] of : collectives.gather("the link", seconds[SMALL_EXCHANGES / 2], bandwidth)) {
            slowest = Math.max(slowest, of[0]);
            narrowest = Math.min(narrowest, of[1]);
        }
        return new Link(slowest, narrowest);
    }

    private static double bandwidth(Ranks ranks, Collectives collectives) {
        Messages[] messages = new Messages[UNDER_WAY];
        for (int i = 0; i < UNDER_WAY; i++) {
            messages[i] = new Messages(ranks.size());
        }
        send(ranks, messages);
        long start = System.nanoTime();
        long sent = 0;
        boolean goesOn = true;
        while (goesOn) {
            sent += send(ranks, messages);
            boolean isEnough = (System.nanoTime() - start) * 1e-9 > SECONDS;
            goesOn = collectives.gather("whether to measure on", isEnough ? 0 : 1)[0][0] != 0;
        }
        return sent / ((System.nanoTime() - start) * 1e-9);
    }

    /** Bytes that this process has sent. */
    private static long send(Ranks ranks, Messages[] messages) {
        Ranks.Exchange[] exchanges = new Ranks.Exchange[messages.length];
        int each = BYTES / ranks.size();
        for (int i = 0; i < messages.length; i++) {
            ByteBuffer out = messages[i].to(ranks.rank(), each);
            messages[i].clear();
            messages[i].toAll(ranks.rank(), out);
            for (int rank = 0; rank < ranks.size(); rank++) {
                if (rank != ranks.rank()) {
                    messages[i].from(rank, each);
                }
            }
            exchanges[i] = messages[i].send(ranks, "measuring the bandwidth");
        }
        for (Ranks.Exchange exchange : exchanges) {
            exchange.await();
        }
        return (long) messages.length * each * (ranks.size() - 1);
    }
}
