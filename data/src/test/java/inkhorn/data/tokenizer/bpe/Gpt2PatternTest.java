package inkhorn.data.tokenizer.bpe;

import static org.assertj.core.api.Assertions.assertThat;

import inkhorn.data.tokenizer.Texts;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class Gpt2PatternTest {
    /** As in OpenAI's encoder.py, and the oracle of the scanner. */
    static final Pattern PATTERN = Pattern.compile(
            "'(?:[sdmt]|ll|ve|re)| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
            Pattern.UNICODE_CHARACTER_CLASS);

    @Test
    void scannerCutsWhereTheRegularExpressionDoes() {
        for (String text : Texts.ofManyScripts(3_000, 1)) {
            assertThat(pieces(text)).as(text).isEqualTo(piecesByRegex(text));
        }
    }

    @Test
    void everyCharacterIsOfThePatternsKind() {
        // Beyond are private use and what Unicode has not assigned.
        for (int c = 0; c < 0x32000; c++) {
            // Between letters, digits and spaces a character shows which of them it is.
            String text = "a" + Character.toString(c) + "1 " + Character.toString(c) + " ";
            assertThat(piecesByRegex(text).equals(pieces(text))).as("U+%04X", c).isTrue();
        }
    }

    private static List<String> piecesByRegex(String text) {
        return PATTERN.matcher(text).results().map(MatchResult::group).toList();
    }

    private static List<String> pieces(String text) {
        List<String> pieces = new ArrayList<>();
        char[] characters = text.toCharArray();
        for (int start = 0; start < characters.length; ) {
            int end = Gpt2Pattern.INSTANCE.next(characters, start, characters.length);
            pieces.add(text.substring(start, end));
            start = end;
        }
        return pieces;
    }
}
