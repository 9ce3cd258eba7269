package inkhorn.exchange;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Damage and lies in a text of JSON: flipped bytes, other numbers and words, parts gone, doubled or exchanged. */
final class Mutations {

    private static final Pattern NUMBER = Pattern.compile("-?\\d+(\\.\\d+)?([eE]-?\\d+)?");
    private static final Pattern WORD = Pattern.compile("\"[^\"]{1,60}\"");
    private static final List<String> NUMBERS = List.of("0", "1", "-1", "2", "3", "8", "127", "255", "256", "65536",
            "2147483639", "2147483647", "2147483648", "-2147483648", "4294967296", "4294967297", "9007199254740993",
            "9223372036854775807", "9223372036854775808", "18446744073709551615", "-9223372036854775808", "1e9",
            "1e400", "0.5", "-0", "1e-400", "NaN", "null", "true", "\"\"", "\"7\"", "[]", "{}", "[1]");
    private static final List<String> WORDS = List.of("\"\"", "\"F16\"", "\"BF16\"", "\"F64\"", "\"I32\"", "\"BOOL\"",
            "\"F8_E4M3\"", "\"__metadata__\"", "\"dtype\"", "\"shape\"", "\"data_offsets\"", "\"bigram\"", "\"gelu\"",
            "\"n_layer\"", "\"vocab_size\"", "\"../x\"", "\"\\u0000\"", "\"\\ud800\"", "\"model.safetensors\"", "null",
            "0", "[]", "{}", "true", "\"merges\"", "\"h\"", "\"<|endoftext|>\"");

    private final Random random;

    Mutations(long seed) {
        this.random = new Random(seed);
    }

    /** One to three mutations. */
    byte[] of(byte[] text) {
        byte[] mutated = text;
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            mutated = once(mutated);
        }
        return mutated;
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    private byte[] once(byte[] text) {
        return switch (text.length == 0 ? 0 : random.nextInt(9)) {
            case 0 -> insert(text, random.nextInt(text.length + 1), deep());
            case 1, 2 -> flipped(text);
            case 3, 4 -> replaced(text, NUMBER, NUMBERS);
            case 5 -> replaced(text, WORD, WORDS);
            case 6 -> exchanged(text);
            case 7 -> {
                int from = random.nextInt(text.length);
                int to = Math.min(text.length, from + 1 + random.nextInt(80));
                yield insert(text, random.nextInt(text.length + 1), Arrays.copyOfRange(text, from, to));
            }
            default -> {
                int from = random.nextInt(text.length);
                byte[] rest = Arrays.copyOf(text, from);
                int to = random.nextInt(10) == 0 ? text.length : Math.min(text.length, from + 1 + random.nextInt(40));
                yield insert(rest, from, Arrays.copyOfRange(text, to, text.length));
            }
        };
    }

    private byte[] deep() {
        int depth = random.nextInt(50) == 0 ? 100_000 : random.nextInt(4);
        return (random.nextBoolean() ? "[" : "{\"a\":").repeat(depth).getBytes(StandardCharsets.UTF_8);
    }

    private byte[] flipped(byte[] text) {
        byte[] flipped = text.clone();
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            flipped[random.nextInt(text.length)] = (byte) random.nextInt(256);
        }
        return flipped;
    }

    /** Latin-1 keeps every byte. */
    private byte[] replaced(byte[] text, Pattern what, List<String> by) {
        String chars = new String(text, StandardCharsets.ISO_8859_1);
        List<MatchResult> all = what.matcher(chars).results().toList();
        if (all.isEmpty()) {
            return text;
        }
        MatchResult one = all.get(random.nextInt(all.size()));
        String other = random.nextInt(3) == 0 ? all.get(random.nextInt(all.size())).group()
                : by.get(random.nextInt(by.size()));
        return (chars.substring(0, one.start()) + other + chars.substring(one.end()))
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    private byte[] exchanged(byte[] text) {
        String chars = new String(text, StandardCharsets.ISO_8859_1);
        List<MatchResult> all = (random.nextBoolean() ? NUMBER : WORD).matcher(chars).results().toList();
        if (all.size() < 2) {
            return text;
        }
        int i = random.nextInt(all.size() - 1);
        MatchResult a = all.get(i);
        MatchResult b = all.get(i + 1 + random.nextInt(all.size() - i - 1));
        return (chars.substring(0, a.start()) + b.group() + chars.substring(a.end(), b.start()) + a.group()
                + chars.substring(b.end())).getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] insert(byte[] text, int at, byte[] part) {
        byte[] longer = new byte[text.length + part.length];
        System.arraycopy(text, 0, longer, 0, at);
        System.arraycopy(part, 0, longer, at, part.length);
        System.arraycopy(text, at, longer, at + part.length, text.length - at);
        return longer;
    }
}
