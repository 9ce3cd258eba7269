package inkhorn.data.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import inkhorn.data.tokenizer.bpe.BpeTokenizer;
import inkhorn.data.tokenizer.character.CharTokenizer;
import inkhorn.data.tokenizer.word.WordTokenizer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class TokenOffsetsTest {

    private static final String TEXT = "Don't go: é😀 字\nto 3.14<|endoftext|>now 🚀";

    static List<Tokenizer> tokenizers() {
        return List.of(CharTokenizer.fromText(TEXT), BpeTokenizer.train(List.of("go go to to now now"), 300, 1),
                Tokenizers.create("gpt2", ""), Tokenizers.create("cl100k_base", ""));
    }

    @ParameterizedTest
    @MethodSource("tokenizers")
    void aTokenOfWholeCharactersIsTheTextAtItsOffsets(Tokenizer tokenizer) {
        int[] ids = tokenizer.encodePrompt(TEXT);
        int[][] offsets = tokenizer.offsets(TEXT);
        assertThat(offsets).hasDimensions(ids.length, 2);
        int[] characters = TEXT.codePoints().toArray();
        int covered = 0;
        for (int i = 0; i < ids.length; i++) {
            String token = new String(tokenizer.tokenBytes(ids[i]), StandardCharsets.UTF_8);
            String there = new String(characters, offsets[i][0], offsets[i][1] - offsets[i][0]);
            assertThat(token.contains("\uFFFD") || token.equals(there)).as(token + " at " + Arrays.toString(offsets[i]))
                    .isTrue();
            assertThat(offsets[i][0]).as("nothing is left out").isLessThanOrEqualTo(covered);
            covered = offsets[i][1];
        }
        assertThat(covered).isEqualTo(characters.length);
    }

    @Test
    void wordsKnownAndUnknownHaveTheirPlacesWithoutTheSpaces() {
        Tokenizer words = WordTokenizer.train(List.of("go to the sea"), 20, 1);
        String text = "go  😀to<unk> Zebra\nsea<|endoftext|>";
        assertThat(words.offsets(text))
                .isDeepEqualTo(new int[][] {{0, 2}, {4, 5}, {5, 7}, {7, 12}, {13, 18}, {18, 19}, {19, 22}, {22, 35}});
        assertThat(words.encodePrompt(text)).hasSize(8);
    }
}
