package inkhorn.data.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import inkhorn.data.source.BuiltInCorpus;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TextCutsTest {
    static List<String> names() {
        return Tokenizers.NAMES;
    }

    @ParameterizedTest
    @MethodSource("names")
    void partsHaveTheIdsOfTheWhole(String name) {
        String all = String.join(" ", Texts.ofManyScripts(400, 11)) + BuiltInCorpus.text().substring(0, 20_000);
        Tokenizer tokenizer = Tokenizers.create(name, all);
        List<String> chunks = Texts.chunks(all, 300);
        assertThat(chunks).hasSizeGreaterThan(90);
        assertThat(chunks.stream().map(tokenizer::encode).flatMapToInt(IntStream::of).toArray())
                .isEqualTo(tokenizer.encode(all));
    }

    @Test
    void numbersAndContractionsAndPairsAreNotCut() {
        assertThat(TextCuts.last("pi 3.14,15:9")).isEqualTo("pi".length());
        assertThat(TextCuts.last("oh don't'\u2019")).isEqualTo("oh".length());
        assertThat(TextCuts.last("oh, 🚀🚀 🚀")).isEqualTo("oh".length());
        assertThat(TextCuts.last("endless")).isZero();
    }
}
