package inkhorn.config;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * One value as the user wrote it, and its strict reading as a number, word or text: nothing is rounded, cut or guessed.
 *
 * @param text   without quotes
 * @param quoted whether quotes stood around it, so that it cannot be meant as a number
 */
record Scalar(String text, boolean quoted) {
    private static final String WHOLE = "[-+]?(0|[1-9][0-9_]*)";
    private static final String DECIMAL = "[-+]?([0-9][0-9_]*\\.?[0-9_]*|\\.[0-9][0-9_]*)([eE][-+]?[0-9]+)?";

    /** What does not fit; the message says what was found and what is expected. */
    static final class Unfit extends Exception {
        Unfit(String message) {
            super(message, null, false, false);
        }
    }

    /**
     * The value as {@code type}: int, long, double, boolean, an enum, String, the boxed ones, or a list of texts with
     * commas between.
     */
    Object as(Class<?> type) throws Unfit {
        if (type == String.class) {
            return text;
        } else if (type == List.class) {
            return Arrays.stream(text.split(",")).map(String::strip).filter(part -> !part.isEmpty()).toList();
        } else if (type == int.class || type == Integer.class) {
            return (int) whole(Integer.MIN_VALUE, Integer.MAX_VALUE);
        } else if (type == long.class) {
            return whole(Long.MIN_VALUE, Long.MAX_VALUE);
        } else if (type == double.class || type == Double.class) {
            return decimal();
        } else if (type == boolean.class) {
            return truth();
        } else if (type.isEnum()) {
            return word(type);
        }
        throw new IllegalArgumentException("no config value is a " + type);
    }

    long whole(long least, long most) throws Unfit {
        if (quoted || !text.matches(WHOLE)) {
            throw new Unfit("found " + found() + ", expected a whole number");
        }
        BigInteger value = new BigInteger(text.replace("_", ""));
        if (value.compareTo(BigInteger.valueOf(least)) < 0 || value.compareTo(BigInteger.valueOf(most)) > 0) {
            throw new Unfit("found " + found() + ", expected a whole number between " + least + " and " + most);
        }
        return value.longValueExact();
    }

    double decimal() throws Unfit {
        if (quoted || !text.matches(DECIMAL)) {
            throw new Unfit("found " + found() + ", expected a number");
        }
        double value = Double.parseDouble(text.replace("_", ""));
        if (Double.isInfinite(value)) {
            throw new Unfit("found " + found() + ", expected a number below 1.8e308");
        }
        return value;
    }

    private boolean truth() throws Unfit {
        if (quoted || !(text.equals("true") || text.equals("false"))) {
            throw new Unfit("found " + found() + ", expected true or false");
        }
        return text.equals("true");
    }

    private Object word(Class<?> type) throws Unfit {
        for (Object constant : type.getEnumConstants()) {
            if (show(constant).equals(text)) {
                return constant;
            }
        }
        throw new Unfit("found " + found() + ", expected " + oneOf(type));
    }

    private String found() {
        return quoted ? quote(text) + " in quotes" : text.isEmpty() ? "nothing" : text;
    }

    /** The value as YAML shows it, without quotes. */
    static String show(Object value) {
        return value instanceof Enum<?> word ? word.name().toLowerCase(Locale.ROOT) : String.valueOf(value);
    }

    static String quote(String text) {
        return text == null ? "nothing" : '"' + text + '"';
    }

    static String oneOf(Class<?> words) {
        return oneOf(Arrays.stream(words.getEnumConstants()).map(Scalar::show).toList());
    }

    static String oneOf(List<String> words) {
        int last = words.size() - 1;
        return last == 0 ? words.get(0) : String.join(", ", words.subList(0, last)) + " or " + words.get(last);
    }
}
