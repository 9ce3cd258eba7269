package inkhorn.config;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** The keys of a config, read off {@link RunConfig} and its records, so that a new key is written down once. */
public final class ConfigKeys {

    private static final Map<String, Key> KEYS = read();

    private ConfigKeys() {
    }

    /**
     * A key.
     *
     * @param section      such as {@code train}
     * @param name         such as {@code max_iters}
     * @param component    the record component that holds its value
     * @param defaultValue null if the default follows from other keys, or is that nothing is given
     */
    record Key(String section, String name, RecordComponent component, Object defaultValue) {

        String dotted() {
            return section + "." + name;
        }

        boolean optional() {
            return !component.getType().isPrimitive() && defaultValue == null;
        }
    }

    /** All dotted keys, in the order of the records. */
    public static Collection<String> names() {
        return KEYS.keySet();
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
            found.addAll(differences(section.getName(), (Record) get(section, mine), (Record) get(section, other)));
        }
        return found;
    }

    static List<Difference> differences(String section, Record mine, Record other) {
        List<Difference> found = new ArrayList<>();
        for (Key key : of(section)) {
            Object here = get(key.component(), mine);
            Object there = get(key.component(), other);
            if (!Objects.equals(here, there)) {
                found.add(new Difference(key.dotted(), Scalar.show(here), Scalar.show(there)));
            }
        }
        return found;
    }

    /** How a config spells the name of a record's component: {@code max_iters} for {@code maxIters}. */
    static String name(RecordComponent component) {
        return component.getName().replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
    }

    static Object get(RecordComponent component, Record of) {
        try {
            return component.getAccessor().invoke(of);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(component.toString(), e);
        }
    }

    private static Map<String, Key> read() {
        // Keys whose default follows from another key: null here, resolved by their record or by the loader.
        List<String> derived = List.of("run.name", "run.out", "data.tokenizer", "data.val_fraction", "optim.min_lr", "optim.lr_decay_iters");
        RunConfig defaults = RunConfig.defaults();
        Map<String, Key> keys = new LinkedHashMap<>();
        for (RecordComponent section : RunConfig.class.getRecordComponents()) {
            Record values = (Record) get(section, defaults);
            for (RecordComponent component : values.getClass().getRecordComponents()) {
                String name = name(component);
                String dotted = section.getName() + "." + name;
                Object value = derived.contains(dotted) ? null : get(component, values);
                keys.put(dotted, new Key(section.getName(), name, component, value));
            }
        }
        return Collections.unmodifiableMap(keys);
    }
}
