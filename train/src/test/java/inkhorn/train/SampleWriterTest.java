package inkhorn.train;

import static org.assertj.core.api.Assertions.assertThat;

import inkhorn.autograd.Rng;
import inkhorn.data.tokenizer.Tokenizer;
import inkhorn.data.tokenizer.bpe.BpeTokenizer;
import inkhorn.data.tokenizer.character.CharTokenizer;
import inkhorn.data.tokenizer.word.WordTokenizer;
import inkhorn.nn.Bigram;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Texts of untrained models, in which every token follows every other. */
final class SampleWriterTest {

    @Test
    void aTextHasAsManyCharactersAsAskedForWhateverATokenIs() {
        for (Tokenizer tokenizer : List.of(CharTokenizer.fromText("abc \n"),
                BpeTokenizer.train(List.of("so so, said the clerk. "), 300, 1),
                WordTokenizer.train(List.of("one two three four"), 100, 1))) {
            for (int characters : new int[] {1, 7, 50}) {
                assertThat(text(tokenizer, characters).codePointCount(0, text(tokenizer, characters).length()))
                        .as("%s, %d", tokenizer.name(), characters).isEqualTo(characters);
            }
        }
    }

    @Test
    void aCharacterOfTwoUtf16UnitsCountsOnceAndStaysWhole() {
        String text = text(CharTokenizer.fromText("\uD83D\uDE80\uD835\uDC9C"), 5);
        assertThat(text.codePoints()).hasSize(5).allMatch(Character::isSupplementaryCodePoint);
    }

    @Test
    void aShorterTextIsTheBeginningOfALongerOne() {
        Tokenizer tokenizer = CharTokenizer.fromText("abcdefgh\n");
        assertThat(text(tokenizer, 40)).startsWith(text(tokenizer, 10));
    }

    private static String text(Tokenizer tokenizer, int characters) {
        Bigram model = new Bigram(tokenizer.vocabSize(), 8, new Rng(3));
        return new SampleWriter(model, tokenizer, Optional.empty(), 5, characters).write(2).orElseThrow();
    }
}
