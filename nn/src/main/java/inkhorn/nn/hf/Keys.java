package inkhorn.nn.hf;

import inkhorn.nn.config.Records;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The keys of a {@code config.json} with typed look-ups; what does not fit throws with key, what was found and what
 * is allowed.
 */
record Keys(Map<String, Object> keys) {
    int integer(String key) {
        Object found = keys.get(key);
        if (found instanceof Number n && n.doubleValue() == n.intValue()) {
            return n.intValue();
        }
        throw wrong(key, "a whole number", found);
    }

    /** A whole number that may be absent or null. */
    int integer(String key, int absent) {
        return keys.get(key) == null ? absent : integer(key);
    }

    /** A whole number from 1 on. */
    int size(String key) {
        int found = integer(key);
        if (found < 1) {
            throw wrong(key, "a whole number >= 1", found);
        }
        return found;
    }

    double number(String key, double absent) {
        return typed(key, Number.class, "a number", absent).doubleValue();
    }

    boolean truth(String key, boolean absent) {
        return typed(key, Boolean.class, "true or false", absent);
    }

    String text(String key, String absent) {
        return typed(key, String.class, "a string", absent);
    }

    /** A value of the type of the one that stands for an absent key: a number, a boolean or a constant by its word. */
    Object like(String key, Object absent) {
        if (absent instanceof Enum<?> constant) {
            List<? extends Enum<?>> constants = List.of(constant.getDeclaringClass().getEnumConstants());
            return oneOf(key, constants, Records::word, Records.word(constant));
        }
        return absent instanceof Boolean b ? (Object) truth(key, b)
                : absent instanceof Double d ? (Object) number(key, d)
                : (Object) integer(key, (int) absent);
    }

    /** The one of some constants whose name the key holds. */
    <E> E oneOf(String key, List<? extends E> constants, Function<? super E, String> name, String absent) {
        String found = text(key, absent);
        for (E constant : constants) {
            if (name.apply(constant).equals(found)) {
                return constant;
            }
        }
        throw wrong(key, "one of " + constants.stream().map(name).collect(Collectors.joining(", ")), found);
    }

    /** Refuses a key that says something else than the one thing that is computed. */
    void only(String key, Object computed, Object absent) {
        Object found = keys.getOrDefault(key, absent);
        if (found != null && !found.equals(computed)) {
            throw wrong(key, String.valueOf(computed), found);
        }
    }

    /** The one value of keys that say how likely is dropping, one for each place; absent means 0. */
    double dropout(List<String> places) {
        String first = places.get(0);
        double dropout = number(first, 0);
        for (String key : places) {
            if (number(key, 0) != dropout) {
                throw new IllegalArgumentException(key + " must equal " + first + ", found " + number(key, 0) + " and "
                        + dropout + ": this model has one dropout");
            }
        }
        return dropout;
    }

    private <T> T typed(String key, Class<T> type, String allowed, T absent) {
        Object found = keys.get(key);
        if (found == null || type.isInstance(found)) {
            return found == null ? absent : type.cast(found);
        }
        throw wrong(key, allowed, found);
    }

    static IllegalArgumentException wrong(String key, String allowed, Object found) {
        return new IllegalArgumentException(found == null ? key + " is missing, it must be " + allowed
                : key + " must be " + allowed + ", found " + found);
    }
}
