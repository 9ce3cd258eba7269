package inkhorn.data.tokenizer;

import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Special tokens, which stand for no text, where a text spells them out. */
public final class SpecialTokens {
    public static final String END_OF_TEXT = "<|endoftext|>";

    private SpecialTokens() {}

    /** As {@link Tokenizer#encodePrompt}: the text between special tokens is encoded by itself. */
    static int[] encode(Tokenizer tokenizer, String text) {
        Map<String, Integer> special = tokenizer.specialTokens();
        if (special.isEmpty()) {
            return tokenizer.encode(text);
        }
        // The longest first: one special token may begin with another.
        String anyOf = special.keySet().stream().sorted(Comparator.comparing(String::length).reversed())
                .map(Pattern::quote).collect(Collectors.joining("|"));
        Matcher matcher = Pattern.compile(anyOf).matcher(text);
        IntStream ids = IntStream.empty();
        int done = 0;
        while (matcher.find()) {
            ids = IntStream.concat(ids, IntStream.of(tokenizer.encode(text.substring(done, matcher.start()))));
            ids = IntStream.concat(ids, IntStream.of(special.get(matcher.group())));
            done = matcher.end();
        }
        return IntStream.concat(ids, IntStream.of(tokenizer.encode(text.substring(done)))).toArray();
    }

    /** Characters of the longest special token that is spelled out at {@code start}; 0 where there is none. */
    public static int lengthAt(String text, int start, Map<String, Integer> special) {
        return special.keySet().stream().filter(token -> text.startsWith(token, start)).mapToInt(String::length).max()
                .orElse(0);
    }

    /** The same map, in the order of the ids. */
    public static Map<String, Integer> byId(Map<String, Integer> special) {
        Map<String, Integer> ascending = new LinkedHashMap<>();
        special.entrySet().stream().sorted(Map.Entry.comparingByValue())
                .forEach(each -> ascending.put(each.getKey(), each.getValue()));
        return Collections.unmodifiableMap(ascending);
    }
}
