package inkhorn.data.tokenizer.bpe;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** BPE training as it is defined: all pairs of the whole text are counted anew for every merge. */
final class NaiveBpe {
    private NaiveBpe() {}

    private record Pair(int left, int right) {}

    /** @return {@code left+right=joined} for each merge, in ids */
    static List<String> merges(String text, int size) {
        List<String> tokens = Stream.iterate(0, b -> b + 1).limit(256)
                .map(b -> ByteLevel.spell(new byte[] {b.byteValue()}))
                .sorted().collect(Collectors.toCollection(ArrayList::new));
        List<List<Integer>> pieces = Gpt2PatternTest.PATTERN.matcher(text).results()
                .map(match -> ByteLevel.spell(match.group().getBytes(StandardCharsets.UTF_8)).chars()
                        .mapToObj(c -> tokens.indexOf(Character.toString(c))).collect(Collectors.toList()))
                .toList();
        List<String> merges = new ArrayList<>();
        for (Optional<Pair> best; tokens.size() < size && (best = mostFrequent(pieces)).isPresent(); ) {
            int left = best.get().left();
            int right = best.get().right();
            String joined = tokens.get(left) + tokens.get(right);
            if (!tokens.contains(joined)) {
                tokens.add(joined);
            }
            merges.add(left + "+" + right + "=" + tokens.indexOf(joined));
            pieces.forEach(piece -> join(piece, left, right, tokens.indexOf(joined)));
        }
        return merges;
    }

    /** Empty if no pair occurs twice. */
    private static Optional<Pair> mostFrequent(List<List<Integer>> pieces) {
        Map<Pair, Integer> counts = new HashMap<>();
        for (List<Integer> piece : pieces) {
            for (int i = 0; i + 1 < piece.size(); i++) {
                counts.merge(new Pair(piece.get(i), piece.get(i + 1)), 1, Integer::sum);
            }
        }
        return counts.keySet().stream().filter(pair -> counts.get(pair) >= 2)
                .min(Comparator.<Pair>comparingInt(pair -> -counts.get(pair)).thenComparingInt(Pair::left)
                .thenComparingInt(Pair::right));
    }

    private static void join(List<Integer> piece, int left, int right, int joined) {
        for (int i = 0; i + 1 < piece.size(); i++) {
            if (piece.get(i) == left && piece.get(i + 1) == right) {
                piece.set(i, joined);
                piece.remove(i + 1);
            }
        }
    }
}
