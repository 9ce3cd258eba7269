package inkhorn.bench.step;

import inkhorn.bench.Statistics;
import inkhorn.bench.step.Engine.Setting;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Finds a libtorch's fastest setting: the fastest so far against the next one, in turn. No more than two processes at a
 * time, as the largest model's take many gigabytes each.
 */
final class SettingSearch {
    private static final int MOST_TURNS = 5;

    private final Function<Setting, Racer> start;
    private final double seconds;
    private final Consumer<String> log;

    /** A process with one setting. */
    interface Racer extends AutoCloseable {
        /** Milliseconds of a step, the median of a turn. */
        double turn();

        @Override
        void close();
    }

    /**
     * One comparison.
     *
     * @param championMs of each of its turns
     * @param challengerMs of each of its turns
     */
    record Duel(String champion, double[] championMs, String challenger, double[] challengerMs) {
        boolean challengerWins() {
            return Statistics.median(challengerMs) < Statistics.median(championMs);
        }

        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%s %.1f ms, %s %.1f ms (%d turns)", champion,
                    Statistics.median(championMs), challenger, Statistics.median(challengerMs), championMs.length);
        }
    }

    /**
     * What was found.
     *
     * @param setting the fastest
     * @param duels none where only one setting was allowed
     */
    record FoundSetting(String build, Setting setting, List<Duel> duels) {}

    /**
     * @param start starts a warm process
     * @param seconds for all turns together; each pair has at least one turn
     */
    SettingSearch(Function<Setting, Racer> start, double seconds, Consumer<String> log) {
        this.start = start;
        this.seconds = seconds;
        this.log = log;
    }

    /** The fastest of at least one setting. Every process that it starts has ended when it returns or throws. */
    FoundSetting among(String build, List<Setting> settings) {
        List<Duel> duels = new ArrayList<>();
        Setting fastest = settings.get(0);
        if (settings.size() == 1) {
            return new FoundSetting(build, fastest, duels);
        }
        Racer champion = start.apply(fastest);
        try {
            for (Setting setting : settings.subList(1, settings.size())) {
                Racer challenger = start.apply(setting);
                Racer slower = challenger;
                try {
                    Duel duel = duel(fastest, champion, setting, challenger, seconds / (settings.size() - 1));
                    duels.add(duel);
                    log.accept(build + ": " + duel);
                    if (duel.challengerWins()) {
                        slower = champion;
                        champion = challenger;
                        fastest = setting;
                    }
                } finally {
                    slower.close();
                }
            }
        } finally {
            champion.close();
        }
        return new FoundSetting(build, fastest, duels);
    }

    private static Duel duel(Setting fastest, Racer champion, Setting setting, Racer challenger, double seconds) {
        List<Double> championMs = new ArrayList<>();
        List<Double> challengerMs = new ArrayList<>();
        long begin = System.nanoTime();
        double elapsed = 0;
        // A further pair of turns only if it ends in time, as far as those before tell.
        for (int turn = 0; turn < MOST_TURNS && elapsed * (turn + 1) <= seconds * turn; turn++) {
            championMs.add(champion.turn());
            challengerMs.add(challenger.turn());
            elapsed = (System.nanoTime() - begin) * 1e-9;
        }
        return new Duel(fastest.label(), array(championMs), setting.label(), array(challengerMs));
    }

    private static double[] array(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).toArray();
    }
}
