package inkhorn.data.tokenizer.bpe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import inkhorn.data.ByteProgress;
import inkhorn.data.Fixtures;
import inkhorn.data.files.Hashes;
import inkhorn.data.source.BuiltInCorpus;
import inkhorn.data.tokenizer.PieceCounts;
import inkhorn.data.tokenizer.StreamDecoder;
import inkhorn.data.tokenizer.Texts;
import inkhorn.data.tokenizer.Tokenizer;
import inkhorn.data.tokenizer.Tokenizers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BpeTokenizerTest {
    private static final Encoding R50K = Encodings.newLazyEncodingRegistry().getEncoding(EncodingType.R50K_BASE);
    private static final String PLAYS = BuiltInCorpus.text();
    private static final BpeTokenizer TRAINED = BpeTokenizer.train(List.of(PLAYS.substring(0, 200_000)), 1_000, 2);
    private static final Tokenizer GPT2 = Tokenizers.create("gpt2", "");

    @TempDir
    Path directory;

    @Test
    void gpt2GivesJtokkitsIds() {
        for (String text : Texts.ofManyScripts(1_000, 42)) {
            assertThat(GPT2.encode(text)).as(text).isEqualTo(R50K.encodeOrdinary(text).toArray());
        }
        assertThat(GPT2.encode(PLAYS)).isEqualTo(R50K.encodeOrdinary(PLAYS).toArray());
    }

    @Test
    void gpt2HasItsPublishedIds() {
        assertThat(GPT2.vocabSize()).isEqualTo(50_257);
        assertThat(GPT2.encode("Every effort moves you")).containsExactly(6109, 3626, 6100, 345);
        assertThat(GPT2.endOfText()).hasValue(50_256);
        assertThat(GPT2.startOfText()).containsExactly(50_256);
        assertThat(GPT2.specialTokens()).isEqualTo(Map.of("<|endoftext|>", 50_256));
    }

    @Test
    void endOfTextIsASpecialTokenInAPromptAndPlainTextInData() {
        assertThat(GPT2.encodePrompt("Hi<|endoftext|>x")).containsExactly(17250, 50_256, 87);
        assertThat(GPT2.encode("Hi<|endoftext|>x")).isEqualTo(R50K.encodeOrdinary("Hi<|endoftext|>x").toArray())
                .doesNotContain(50_256);
        assertThat(GPT2.decode(new int[] {17250, 50_256, 87})).isEqualTo("Hi<|endoftext|>x");
    }

    @Test
    void tinyShakespeareHasNanoGptsCounts() throws Exception {
        Optional<Path> file = Fixtures.publishedTinyShakespeare();
        assumeTrue(file.isPresent(), "the published text is not on this machine");
        String text = Files.readString(file.get());
        int cut = (int) (text.length() * 0.9);
        assertThat(GPT2.encode(text.substring(0, cut))).hasSize(301_966);
        assertThat(GPT2.encode(text.substring(cut))).hasSize(36_059);
    }

    @Test
    void gpt2IsRecognizedInItsFile() throws Exception {
        Path file = directory.resolve("tokenizer.json");
        GPT2.save(file);
        Tokenizer loaded = Tokenizers.load(file);
        assertThat(loaded.name()).isEqualTo("gpt2");
        assertThat(loaded.hash()).isEqualTo(GPT2.hash()).isEqualTo(Hashes.sha256(Files.readAllBytes(file)))
                .isEqualTo(Gpt2Tokenizer.HASH);
        for (String text : Texts.ofManyScripts(300, 43)) {
            assertThat(loaded.encode(text)).as(text).isEqualTo(R50K.encodeOrdinary(text).toArray());
        }
    }

    @Test
    void decodingGivesBackTextOfManyScripts() {
        for (String text : Texts.ofManyScripts(1_000, 5)) {
            assertThat(TRAINED.decode(TRAINED.encode(text))).isEqualTo(text);
            assertThat(GPT2.decode(GPT2.encode(text))).isEqualTo(text);
        }
    }

    @Test
    void decodingGivesBackAnyBytes() {
        Random random = new Random(6);
        for (int i = 0; i < 500; i++) {
            byte[] bytes = new byte[random.nextInt(200)];
            random.nextBytes(bytes);
            assertThat(TRAINED.decodeBytes(TRAINED.encode(bytes))).isEqualTo(bytes);
        }
        byte[] text = "Ĝis révido 👩‍🚀".getBytes(StandardCharsets.UTF_8);
        assertThat(TRAINED.encode(text)).isEqualTo(TRAINED.encode("Ĝis révido 👩‍🚀"));
    }

    @Test
    void halfACharacterBecomesTheReplacementCharacter() {
        assertThat(TRAINED.decode(TRAINED.encode("a\uD83Db\uDE80\uDCFF"))).isEqualTo("a\uFFFDb\uFFFD\uFFFD");
    }

    @Test
    void pieceOfAnyLengthIsMergedAlike() {
        BpeVocabulary vocabulary =
                BpeTrainer.train(PieceCounts.of(Gpt2Pattern.INSTANCE, List.of(Texts.ofFewWords(3_000, 1)), 1), 500,
                ByteProgress.NONE);
        BpeMerger byScan = new BpeMerger(vocabulary);
        BpeMerger byHeap = new BpeMerger(vocabulary);
        Random random = new Random(8);
        for (int i = 0; i < 2_000; i++) {
            byte[] piece = new byte[1 + random.nextInt(60)];
            int letters = 1 + random.nextInt(6);
            IntStream.range(0, piece.length).forEach(at -> piece[at] = (byte) ('a' + random.nextInt(letters)));
            int count = byScan.mergeShort(piece, piece.length);
            assertThat(byHeap.mergeLong(piece, piece.length)).isEqualTo(count);
            assertThat(Arrays.copyOf(byHeap.ids(), count)).containsExactly(Arrays.copyOf(byScan.ids(), count));
        }
        String endless = "ab".repeat(100_000);
        assertThat(TRAINED.decode(TRAINED.encode(endless))).isEqualTo(endless);
    }

    @Test
    void streamingNeverShowsHalfACharacter() {
        for (Tokenizer tokenizer : List.of(TRAINED, GPT2, Tokenizers.create("cl100k_base", ""))) {
            for (String text : Texts.ofManyScripts(200, 9)) {
                StreamDecoder decoder = tokenizer.streamDecoder();
                StringBuilder streamed = new StringBuilder();
                for (int id : tokenizer.encode(text)) {
                    streamed.append(decoder.next(id));
                    assertThat(text).as("what has been shown is how the text begins").startsWith(streamed);
                }
                assertThat(decoder.finish()).isEmpty();
                assertThat(streamed.toString()).isEqualTo(text);
            }
        }
    }

    @Test
    void streamThatEndsInsideACharacterSaysSo() {
        StreamDecoder decoder = TRAINED.streamDecoder();
        StringBuilder streamed = new StringBuilder();
        IntStream.of(TRAINED.encode(new byte[] {'a', (byte) 0xF0, (byte) 0x9F}))
                .forEach(id -> streamed.append(decoder.next(id)));
        assertThat(streamed.toString()).isEqualTo("a");
        assertThat(decoder.finish()).isEqualTo("\uFFFD");
        assertThat(decoder.finish()).isEmpty();
    }

    @Test
    void manyThreadsEncodeAlike() {
        String text = PLAYS.substring(0, 100_000);
        int[] ids = TRAINED.encode(text);
        assertThat(IntStream.range(0, 16).parallel().allMatch(i -> Arrays.equals(TRAINED.encode(text), ids))).isTrue();
    }

    @Test
    void idOutsideTheVocabularyIsNamed() {
        assertThatThrownBy(() -> TRAINED.decode(new int[] {1_000})).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("bpe tokenizer: id 1000 is outside the vocabulary of 1000 tokens");
    }
}
