package inkhorn.config;

import inkhorn.nn.config.Records;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * The keys of a config, read from {@link RunConfig} and its records, so that a new key is declared in one place only.
 */
public final class ConfigKeys {
    /** Keys whose default follows from another key: resolved by their record or by the loader. */
    private static final Set<String> DERIVED = Set.of("run.name", "run.out", "data.format", "data.tokenizer",
            "data.val_fraction", "optim.min_lr", "optim.lr_decay_iters", "optim.weight_decay", "optim.beta1",
            "optim.beta2", "optim.eps", "lora.alpha");
    /** Components that no user sets: the data fix them. */
    private static final Set<String> NO_KEYS = Set.of("model.vocab_size");

    private static final Map<String, Key> KEYS = read();

    private ConfigKeys() {}

    /**
     * A key.
     *
     * @param section      such as {@code train}
     * @param name         such as {@code max_iters}
     * @param path         from the section's record to the component that holds its value, through records inside it
     * @param defaultValue null if the default follows from other keys, or is that nothing is given
     */
    record Key(String section, String name, List<RecordComponent> path, Object defaultValue) {
        String dotted() {
            return section + "." + name;
        }

        Class<?> type() {
            return path.get(path.size() - 1).getType();
        }

        boolean optional() {
            return !type().isPrimitive() && defaultValue == null;
        }

        /** The value in the record of the section. */
        Object in(Record values) {
            Object value = values;
            for (RecordComponent component : path) {
                value = Records.get(component, (Record) value);
            }
            return value;
        }
    }

    /** All dotted keys, in the order of the records. */
    public static Collection<String> names() {
        return KEYS.keySet();
    }

    /** Whether a key's values are numbers. */
    public static boolean isNumber(String key) {
        return isWhole(key) || isOf(key, double.class, Double.class);
    }

    /** Whether a key's values are whole numbers. */
    public static boolean isWhole(String key) {
        return isOf(key, int.class, Integer.class) || isOf(key, long.class, Long.class);
    }

    private static boolean isOf(String key, Class<?> primitive, Class<?> boxed) {
        Key known = KEYS.get(key);
        return known != null && (known.type() == primitive || known.type() == boxed);
    }

    /** The known key nearest to what the user wrote, dotted; null if none is near. */
    public static String nearest(String written) {
        String word = written.toLowerCase(Locale.ROOT).replace('-', '_');
        String last = word.substring(word.lastIndexOf('.') + 1);
        // The same name in another section is nearer than any misspelling.
        for (Key key : KEYS.values()) {
            if (key.name().equals(last)) {
                return key.dotted();
            }
        }
        Map<String, String> dottedByName = new LinkedHashMap<>();
        KEYS.values().forEach(key -> dottedByName.putIfAbsent(key.name(), key.dotted()));
        String dotted = Nearest.of(word, KEYS.keySet());
        return dotted != null ? dotted : dottedByName.get(Nearest.of(last, dottedByName.keySet()));
    }

    static Map<String, Key> all() {
        return KEYS;
    }

    static List<Key> of(String section) {
        return KEYS.values().stream().filter(key -> key.section().equals(section)).toList();
    }

    static List<String> sections() {
        return List.of(RunConfig.class.getRecordComponents()).stream().map(RecordComponent::getName).toList();
    }

    static List<Difference> differences(RunConfig mine, RunConfig other) {
        List<Difference> found = new ArrayList<>();
        for (RecordComponent section : RunConfig.class.getRecordComponents()) {
            found.addAll(differences(section.getName(), (Record) Records.get(section, mine),
                    (Record) Records.get(section, other)));
        }
        return found;
    }

    /** The values of a section's record by dotted key. */
    static Map<String, Object> values(String section, Record record) {
        Map<String, Object> values = new LinkedHashMap<>();
        of(section).forEach(key -> values.put(key.dotted(), key.in(record)));
        return values;
    }

    static List<Difference> differences(String section, Record mine, Record other) {
        List<Difference> found = new ArrayList<>();
        for (Key key : of(section)) {
            Object here = key.in(mine);
            Object there = key.in(other);
            if (!Objects.equals(here, there)) {
                found.add(new Difference(key.dotted(), Scalar.show(here), Scalar.show(there)));
            }
        }
        return found;
    }

    /** What a component of a record is called in a section: {@code model.n_layer}. */
    static String dotted(String section, RecordComponent component) {
        return section + "." + Records.key(component.getName());
    }

    private static Map<String, Key> read() {
        RunConfig defaults = RunConfig.defaults();
        Map<String, Key> keys = new LinkedHashMap<>();
        for (RecordComponent section : RunConfig.class.getRecordComponents()) {
            read(section.getName(), (Record) Records.get(section, defaults), List.of(), keys);
        }
        return Collections.unmodifiableMap(keys);
    }

    private static void read(String section, Record defaults, List<RecordComponent> path, Map<String, Key> keys) {
        for (RecordComponent component : defaults.getClass().getRecordComponents()) {
            List<RecordComponent> here = new ArrayList<>(path);
            here.add(component);
            Object value = Records.get(component, defaults);
            String dotted = dotted(section, component);
            if (value instanceof Record inside) {
                read(section, inside, here, keys);
            } else if (!NO_KEYS.contains(dotted)) {
                String name = dotted.substring(section.length() + 1);
                keys.put(dotted, new Key(section, name, here, DERIVED.contains(dotted) ? null : value));
            }
        }
    }
}
