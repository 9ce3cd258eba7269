package inkhorn.sweep;

import inkhorn.autograd.Rng;
import inkhorn.config.UserError;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What a sweep is to try, as its file says.
 *
 * @param file      it was read from
 * @param config    that is varied
 * @param out       its directory, with a directory in it for each run
 * @param method    how values of different keys come together
 * @param runs      that are drawn, with {@link Method#RANDOM}
 * @param seed      of what is drawn
 * @param parallel  trainings side by side
 * @param objective what makes a run better than another
 * @param halving   how hopeless runs end early; null where each one is trained to the end
 * @param keys      what is varied, by dotted key
 */
public record SweepSpec(Path file, Path config, String name, Path out, Method method, int runs, long seed,
        int parallel, Objective objective, Halving halving, Map<String, Choice> keys) {

    private static final long STREAM = 0x5357_4545_50L;
    private static final int MOST_RUNS = 10_000;
    /** Draws that may be like earlier ones before the values are taken to be used up. */
    private static final int MOST_REPEATS = 1000;

    /** How values of different keys come together. */
    public enum Method {
        /** Each value of a key with each value of every other one. */
        GRID,
        /** The first values of all keys, the second values, and so on; a key with one value has it in all runs. */
        LIST,
        /** Drawn, each key by itself. */
        RANDOM;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What makes a run better than another: its lowest. */
    public enum Objective {
        /** Nats a token. */
        VAL_LOSS,
        /** The same for each byte of text: comparable between tokenizers. */
        BITS_PER_BYTE
    }

    /** @throws UserError with every problem of the file, one line each */
    public static SweepSpec read(Path file) {
        return SweepFile.read(file);
    }

    /** The values of each run, by dotted key. */
    public List<Map<String, String>> combinations() {
        return switch (method) {
            case GRID -> grid();
            case LIST -> list();
            case RANDOM -> random();
        };
    }

    private List<Map<String, String>> grid() {
        List<Map<String, String>> all = List.of(Map.of());
        for (Map.Entry<String, Choice> key : keys.entrySet()) {
            List<Map<String, String>> more = new ArrayList<>();
            for (Map<String, String> before : all) {
                for (String value : values(key.getValue())) {
                    Map<String, String> one = new LinkedHashMap<>(before);
                    one.put(key.getKey(), value);
                    more.add(one);
                }
            }
            all = more;
            if (all.size() > MOST_RUNS) {
                throw new UserError(file + ": keys: found more than " + MOST_RUNS
                        + " combinations; leave values out, or set method: random");
            }
        }
        return all;
    }

    private List<Map<String, String>> list() {
        int size = keys.values().stream().mapToInt(choice -> values(choice).size()).max().orElse(0);
        List<String> problems = new ArrayList<>();
        keys.forEach((key, choice) -> {
            int found = values(choice).size();
            if (found != 1 && found != size) {
                problems.add(file + ":" + choice.line() + ": " + key + ": found " + found + " values, expected " + size
                        + " as other keys have, or one for all runs");
            }
        });
        if (!problems.isEmpty()) {
            throw new UserError(problems);
        }
        List<Map<String, String>> all = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            Map<String, String> one = new LinkedHashMap<>();
            for (Map.Entry<String, Choice> key : keys.entrySet()) {
                List<String> values = values(key.getValue());
                one.put(key.getKey(), values.get(values.size() == 1 ? 0 : i));
            }
            all.add(one);
        }
        return all;
    }

    /** More runs of the same seed begin with those of fewer. */
    private List<Map<String, String>> random() {
        Set<Map<String, String>> all = new LinkedHashSet<>();
        int repeats = 0;
        for (long draw = 0; all.size() < runs; draw++) {
            Rng rng = new Rng(seed, STREAM, draw);
            Map<String, String> one = new LinkedHashMap<>();
            int index = 0;
            for (Map.Entry<String, Choice> key : keys.entrySet()) {
                one.put(key.getKey(), key.getValue() instanceof Choice.Range range ? range.at(rng.uniform(index))
                        : values(key.getValue()).get((int) rng.below(values(key.getValue()).size(), index)));
                index++;
            }
            repeats = all.add(one) ? 0 : repeats + 1;
            if (repeats > MOST_REPEATS) {
                throw new UserError(file + ": runs: found " + runs + ", but the keys have only " + all.size()
                        + " different combinations of values; lower it, or set method: grid");
            }
        }
        return List.copyOf(all);
    }

    private static List<String> values(Choice choice) {
        return ((Choice.OneOf) choice).values();
    }
}
