package inkhorn.bench.step;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Turns of all contenders in every round, in an order that rotates, with the machine's peak measured between any two
 * turns.
 */
final class Rounds {
    private final PeakProcess peak;
    private final Consumer<String> log;
    private final List<Double> peaks = new ArrayList<>();

    Rounds(PeakProcess peak, Consumer<String> log) {
        this.peak = peak;
        this.log = log;
    }

    /** The peak around each of Inkhorn's turns, in FLOP/s. */
    double[] peaks() {
        return peaks.stream().mapToDouble(Double::doubleValue).toArray();
    }

    /**
     * @param contenders which lose a libtorch that fails, for want of memory perhaps
     * @param least how many there are, whatever the limit
     * @param most how many there are within the limit
     * @param seconds the limit
     * @return how many there were
     */
    int run(List<Contender> contenders, int least, int most, double seconds) {
        double expected = contenders.stream().mapToDouble(Contender::secondsOfTurn).sum();
        log.accept(String.format(Locale.ROOT, "up to %d rounds of about %.1f s within %.0f s, at least %d", most,
                expected, seconds, least));
        long begin = System.nanoTime();
        int done = 0;
        double elapsed = 0;
        while (done < most && (done < least || elapsed * (done + 1) <= seconds * done)) {
            String line = round(done, contenders);
            done++;
            elapsed = (System.nanoTime() - begin) * 1e-9;
            double left = Math.min((most - done) * elapsed / done, Math.max(seconds, least * elapsed / done) - elapsed);
            log.accept(String.format(Locale.ROOT, "round %d:%s  (%.1f min left of the rounds)", done, line,
                    Math.max(0, left) / 60));
        }
        if (done < most) {
            log.accept(done + " rounds instead of " + most + ", as --round-seconds=" + Math.round(seconds)
                    + " allows no more");
        }
        return done;
    }

    private String round(int number, List<Contender> contenders) {
        StringBuilder line = new StringBuilder();
        List<Contender> order = new ArrayList<>(contenders);
        Collections.rotate(order, -number);
        double before = peak.flopsPerSecond();
        for (Contender contender : order) {
            try {
                line.append(String.format(Locale.ROOT, "  %s %.1f ms", contender.engine().label(), contender.turn()));
            } catch (WorkerProcess.Failed e) {
                if (!contender.engine().build().isTorch()) {
                    throw e;
                }
                log.accept("left out: " + e.getMessage());
                contenders.remove(contender);
            }
            double after = peak.flopsPerSecond();
            if (contender.engine().equals(Engine.INKHORN)) {
                peaks.add((before + after) / 2);
            }
            before = after;
        }
        return line.toString();
    }
}
