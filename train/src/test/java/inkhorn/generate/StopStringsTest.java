package inkhorn.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StopStringsTest {

    @Test
    void whatMayBecomeAStopStringIsHeldBackUntilItIsOneOrIsNone() {
        StopStrings stops = new StopStrings(List.of("THE END", "\n\n"));
        assertThat(List.of(stops.next("so TH"), stops.next("E"), stops.next(" EGG.\n"), stops.next("THE EN"),
                stops.next("D and more")))
                .containsExactly("so ", "", "THE EGG.", "\n", "");
        assertThat(stops.isReached()).isTrue();
        assertThat(stops.next("nothing") + stops.finish()).isEmpty();
    }

    @Test
    void whatIsHeldBackAtTheEndIsText() {
        StopStrings stops = new StopStrings(List.of("END"));
        assertThat(stops.next("the EN") + "|" + stops.finish()).isEqualTo("the |EN");
        assertThat(stops.isReached()).isFalse();
    }

    /** However the text is cut: nothing of a stop string is passed on, and nothing before it is lost. */
    @Test
    void theTextEndsWhereTheFirstStopStringThatEndsBeginsHoweverItIsCut() {
        Random random = new Random(1);
        for (int trial = 0; trial < 20_000; trial++) {
            String text = word(random, 12);
            List<String> stops = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                stops.add(word(random, 3) + "ab".charAt(random.nextInt(2)));
            }
            StopStrings streamed = new StopStrings(stops);
            StringBuilder passed = new StringBuilder();
            for (int from = 0; from < text.length();) {
                int to = Math.min(text.length(), from + 1 + random.nextInt(4));
                passed.append(streamed.next(text.substring(from, to)));
                assertThat(expected(text, stops)).startsWith(passed.toString());
                from = to;
            }
            assertThat(passed + streamed.finish()).as(text + stops).isEqualTo(expected(text, stops));
        }
    }

    @Test
    void anEmptyStopStringIsAnError() {
        assertThatThrownBy(() -> new StopStrings(List.of("a", ""))).hasMessage(
                "a stop string is empty, which would stop every text before it begins");
    }

    private static String expected(String text, List<String> stops) {
        for (int end = 1; end <= text.length(); end++) {
            String begun = text.substring(0, end);
            String stop = stops.stream().filter(begun::endsWith).max(Comparator.comparingInt(String::length))
                    .orElse(null);
            if (stop != null) {
                return begun.substring(0, end - stop.length());
            }
        }
        return text;
    }

    private static String word(Random random, int most) {
        StringBuilder word = new StringBuilder();
        for (int i = random.nextInt(most + 1); i > 0; i--) {
            word.append("abc".charAt(random.nextInt(3)));
        }
        return word.toString();
    }
}
