package inkhorn.data.tokenizer;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Generated texts of many scripts, the same at every run. */
public final class Texts {
    private static final List<int[]> SCRIPTS = List.of(
            range('a', 'z'), range('A', 'Z'), range('0', '9'), of("  \n\t\r\u00A0\u0085\u2003\u3000\u2028"),
            range('!', '/'), of("''''stdmlreSTL\u2019"), range(0xC0, 0x17F), range(0x300, 0x36F), range(0x400, 0x4FF),
            range(0x5D0, 0x5EA), range(0x620, 0x6DC),
            range(0x900, 0x97F), range(0xE00, 0xE5B), range(0x3040, 0x30FF), range(0x4E00, 0x4FFF),
            range(0xAC00, 0xACFF),
            of("\u2160\u00BD\u0661\u0969\uFF11"), range(0x1F300, 0x1F64F), of("\uFE0F\u200D\u200B\uFEFF"),
            range(0x1D400, 0x1D4FF), range(0x20000, 0x2007F), range(0, 0x1F), range(0xFFF0, 0xFFFC));

    private Texts() {}

    /** Runs of one script each, of one to eight characters; the first text is empty. */
    public static List<String> ofManyScripts(int count, long seed) {
        Random random = new Random(seed);
        return Stream.concat(Stream.of(""), Stream.generate(() -> text(random)).limit(count - 1L)).toList();
    }

    /** Lines of sixty words, some far more frequent than others. */
    public static String ofFewWords(int words, long seed) {
        Random random = new Random(seed);
        List<String> known = Stream.generate(() -> random.ints(1 + random.nextInt(9), 'a', 'a' + 6)
                .mapToObj(Character::toString).collect(Collectors.joining())).limit(60).toList();
        return IntStream.range(0, words).mapToObj(i -> known.get(random.nextInt(1 + random.nextInt(60)))
                + (i % 7 == 6 ? ".\n" : " "))
                .collect(Collectors.joining());
    }

    /** The text cut into parts of about {@code size} characters, longer where it cannot be cut. */
    public static List<String> chunks(String text, int size) {
        List<String> chunks = new ArrayList<>();
        for (int start = 0, length = size; start < text.length(); ) {
            int cut = start + length >= text.length() ? text.length() - start
                    : TextCuts.last(text.substring(start, start + length));
            length = cut == 0 ? 2 * length : size;
            if (cut > 0) {
                chunks.add(text.substring(start, start + cut));
                start += cut;
            }
        }
        return chunks;
    }

    private static String text(Random random) {
        StringBuilder text = new StringBuilder();
        for (int runs = random.nextInt(20); runs >= 0; runs--) {
            int[] script = SCRIPTS.get(random.nextInt(SCRIPTS.size()));
            for (int length = 1 + random.nextInt(8); length > 0; length--) {
                text.appendCodePoint(script[random.nextInt(script.length)]);
            }
        }
        return text.toString();
    }

    private static int[] range(int first, int last) {
        return IntStream.rangeClosed(first, last).toArray();
    }

    private static int[] of(String characters) {
        return characters.codePoints().toArray();
    }
}
