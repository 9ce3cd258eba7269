package inkhorn.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TextCutsTest {
    @ParameterizedTest
    @ValueSource(strings = {"char", "word", "bpe", "gpt2", "cl100k_base", "o200k_base"})
    void partsHaveTheIdsOfTheWhole(String name) {
        String all = String.join(" ", Texts.ofManyScripts(400, 11)) + BuiltInCorpus.text().substring(0, 20_000);
        Tokenizer tokenizer = Tokenizers.create(name, all);
        List<String> chunks = chunks(all, 300);
        assertThat(chunks).hasSizeGreaterThan(90);
        assertThat(chunks.stream().map(tokenizer::encode).flatMapToInt(IntStream::of).toArray()).isEqualTo(tokenizer.encode(all));
    }

    @Test
    void numbersAndContractionsAndPairsAreNotCut() {
        assertThat(TextCuts.last("pi 3.14,15:9")).isEqualTo("pi".length());
        assertThat(TextCuts.last("oh don't'\u2019")).isEqualTo("oh".length());
        assertThat(TextCuts.last("oh, 🚀🚀 🚀")).isEqualTo("oh".length());
        assertThat(TextCuts.last("endless")).isZero();
    }

    /** The text cut into parts of about {@code size} characters, longer where it cannot be cut. */
    static List<String> chunks(String text, int size) {
        List<String> chunks = new ArrayList<>();
        for (int start = 0, length = size; start < text.length(); ) {
            int cut = start + length >= text.length() ? text.length() - start : TextCuts.last(text.substring(start, start + length));
            length = cut == 0 ? 2 * length : size;
            if (cut > 0) {
                chunks.add(text.substring(start, start + cut));
                start += cut;
            }
        }
        return chunks;
    }
}
