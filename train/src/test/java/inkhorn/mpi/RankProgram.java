package inkhorn.mpi;

import inkhorn.cli.launch.MpiEnvironment;
import inkhorn.train.parallel.RankException;
import inkhorn.train.parallel.Ranks;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A program that does nothing but exchange bytes; its first argument says what. It prints a line that begins so. */
final class RankProgram {
    private static final int LARGE = 30 << 20;
    private static final int ROUNDS = 5;

    private RankProgram() {}

    public static void main(String[] args) throws InterruptedException {
        MpiEnvironment mpi = new MpiEnvironment(System.getenv());
        int seconds = args.length > 1 ? Integer.parseInt(args[1]) : 30;
        MpiRanks ranks = MpiRanks.start(mpi.library(), mpi.isMpich(), Duration.ofSeconds(seconds),
                Runtime.getRuntime()::halt);
        switch (args[0]) {
            case "exchanges" -> exchanges(ranks);
            case "silent" -> silent(ranks);
            case "abort" -> abort(ranks);
            case "late" -> late(ranks);
            case "suspended" -> suspended(ranks);
            default -> throw new IllegalArgumentException(args[0]);
        }
        ranks.close();
        System.exit(0);
    }

    /** How many bytes one process sends another in a round: none, a few, or tens of MB. */
    private static int size(int round, int from, int to) {
        return from == to || (round + from) % 3 == 0 ? 0 : round == 1 ? LARGE + from : 1000 * (from + 1) + 10 * to;
    }

    private static byte value(int round, int from, int to, int at) {
        return (byte) (31 * round + 7 * from + 3 * to + at % 251);
    }

    /** All rounds are under way at the same time, and are waited for from the last one on. */
    private static void exchanges(MpiRanks ranks) {
        int self = ranks.rank();
        List<Ranks.Exchange> underWay = new ArrayList<>();
        List<ByteBuffer[]> received = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            ByteBuffer[] to = new ByteBuffer[ranks.size()];
            ByteBuffer[] from = new ByteBuffer[ranks.size()];
            for (int other = 0; other < to.length; other++) {
                to[other] = ByteBuffer.allocateDirect(size(round, self, other));
                for (int i = 0; i < to[other].capacity(); i++) {
                    to[other].put(i, value(round, self, other, i));
                }
                from[other] = ByteBuffer.allocateDirect(size(round, other, self));
            }
            underWay.add(ranks.exchange("round " + round, to, from));
            received.add(from);
        }
        int wrong = 0;
        for (int round = ROUNDS - 1; round >= 0; round--) {
            underWay.get(round).await();
            for (int other = 0; other < ranks.size(); other++) {
                ByteBuffer bytes = received.get(round)[other];
                for (int i = 0; i < bytes.capacity(); i++) {
                    wrong += bytes.get(i) == value(round, other, self, i) ? 0 : 1;
                }
            }
        }
        System.out.println("exchanges: rank " + self + " of " + ranks.size() + ", " + wrong + " wrong bytes, "
                + ranks.libraryVersion() + ", " + (ranks.host(self).equals(ranks.host(0)) ? "one host" : "two hosts"));
    }

    /** The last process takes no part, and the first one gives up. */
    private static void silent(MpiRanks ranks) throws InterruptedException {
        if (ranks.rank() == ranks.size() - 1) {
            Thread.sleep(60_000);
        }
        ByteBuffer[] bytes = new ByteBuffer[ranks.size()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = ByteBuffer.allocateDirect(8);
        }
        try {
            ranks.exchange("the news", bytes, bytes.clone()).await();
        } catch (RankException e) {
            if (ranks.rank() == 0) {
                System.out.println("silent: " + e.getMessage().replace(ranks.host(0), "HOST"));
                System.out.flush();
                ranks.abort(1);
            }
            Thread.sleep(60_000);
        }
    }

    /** The first process has work left when the others have none. */
    private static void late(MpiRanks ranks) throws InterruptedException {
        if (ranks.rank() == 0) {
            Thread.sleep(13_000);
        }
        System.out.println("late: rank " + ranks.rank() + " is done");
        System.out.flush();
    }

    /** The last process has news once there is a file of this name. */
    private static void suspended(MpiRanks ranks) throws InterruptedException {
        System.out.println("suspended: process " + ProcessHandle.current().pid() + " of rank " + ranks.rank());
        System.out.flush();
        while (ranks.rank() == ranks.size() - 1 && !Files.exists(Path.of("news"))) {
            Thread.sleep(20);
        }
        ByteBuffer[] to = new ByteBuffer[ranks.size()];
        ByteBuffer[] from = new ByteBuffer[ranks.size()];
        Arrays.setAll(to, i -> ByteBuffer.allocateDirect(8));
        Arrays.setAll(from, i -> ByteBuffer.allocateDirect(8));
        ranks.exchange("the news", to, from).await();
        System.out.println("suspended: rank " + ranks.rank() + " has the news");
        System.out.flush();
    }

    /** The last process ends the job while the others would go on for a minute. */
    private static void abort(MpiRanks ranks) throws InterruptedException {
        System.out.println("abort: process " + ProcessHandle.current().pid());
        System.out.flush();
        if (ranks.rank() == ranks.size() - 1) {
            Thread.sleep(500);
            ranks.abort(7);
        }
        Thread.sleep(60_000);
    }
}
