package inkhorn.data.tokenizer.bpe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import inkhorn.data.ByteProgress;
import inkhorn.data.DataException;
import inkhorn.data.tokenizer.PieceCounts;
import inkhorn.data.tokenizer.Texts;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BpeTrainerTest {
    static Stream<String> texts() {
        return Stream.of("", "x", "aaaaaaa aaa aaaa", "abababab ab abab", "low low lower lowest newer newer wider",
                "a\n\n\nb\n\n\n c   d   ",
                Texts.ofFewWords(500, 1), Texts.ofFewWords(500, 2), String.join("", Texts.ofManyScripts(60, 3))
                .repeat(2), "日本語日本 हिन्दी हिन्द 👩‍🚀👩‍🚀");
    }

    @ParameterizedTest
    @MethodSource("texts")
    void mergesAreThoseOfCountingAllPairsAnewEachTime(String text) {
        BpeVocabulary trained = BpeTrainer.train(PieceCounts.of(Gpt2Pattern.INSTANCE, List.of(text), 1), 256 + 300,
                ByteProgress.NONE);
        List<String> merges = new ArrayList<>();
        for (int rank = 0; rank < trained.merges(); rank++) {
            merges.add(trained.left(rank) + "+" + trained.right(rank) + "=" + trained.joined(rank));
        }
        assertThat(merges).isEqualTo(NaiveBpe.merges(text, 256 + 300));
    }

    @Test
    void threadsAndRunsAndChunksChangeNoByte() {
        String text = Texts.ofFewWords(150_000, 7);
        assertThat(text.length()).as("several parts for each thread").isGreaterThan(600_000);
        byte[] once = BpeTokenizer.train(List.of(text), 400, 1).toBytes();
        assertThat(BpeTokenizer.train(List.of(text), 400, 1).toBytes()).isEqualTo(once);
        assertThat(BpeTokenizer.train(List.of(text), 400, 2).toBytes()).isEqualTo(once);
        assertThat(BpeTokenizer.train(List.of(text), 400, 4).toBytes()).isEqualTo(once);
        assertThat(BpeTokenizer.train(Texts.chunks(text, 1_000), 400, 3).toBytes()).isEqualTo(once);
    }

    @Test
    void vocabularyEndsWhereNoPairOccursTwice() {
        BpeTokenizer tokenizer = BpeTokenizer.train(List.of("abc ab xyz"), 1_000, 1);
        assertThat(tokenizer.vocabSize()).isEqualTo(256 + 1 + 1);
        assertThat(tokenizer.decode(new int[] {256})).isEqualTo("ab");
        assertThat(tokenizer.endOfText()).hasValue(257);
    }

    @Test
    void whatFailsWhileCountingIsThrownByTheCall() {
        Iterable<String> failing = () -> Stream.of("text ", "more ").peek(chunk -> {
            if (chunk.startsWith("more")) {
                throw new DataException("the disk is gone");
            }
        }).iterator();
        assertThatThrownBy(() -> BpeTokenizer.train(failing, 300, 2)).isInstanceOf(DataException.class)
                .hasMessage("the disk is gone");
        PieceCounts.Scanner broken = (text, start, end) -> {
            throw new IllegalStateException("in a thread");
        };
        assertThatThrownBy(() -> PieceCounts.of(broken, List.of("text"), 2)).hasMessage("in a thread");
    }

    @Test
    void emptyTextHasNothingToLearn() {
        assertThatThrownBy(() -> BpeTokenizer.train(List.of(""), 300, 1)).isInstanceOf(DataException.class)
                .hasMessage(
                "bpe tokenizer: the text is empty, so there is nothing to learn from; give a text with characters in "
                        + "it");
    }
}
