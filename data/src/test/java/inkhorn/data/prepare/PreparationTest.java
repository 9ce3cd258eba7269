package inkhorn.data.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import inkhorn.data.ByteProgress;
import inkhorn.data.DataException;
import inkhorn.data.Fixtures;
import inkhorn.data.IdWidth;
import inkhorn.data.TokenFile;
import inkhorn.data.files.Hashes;
import inkhorn.data.files.Json;
import inkhorn.data.source.BuiltInCorpus;
import inkhorn.data.source.Corpus;
import inkhorn.data.source.DataSets;
import inkhorn.data.tokenizer.TokenizerSpec;
import inkhorn.data.tokenizer.character.CharTokenizer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PreparationTest {
    /** 10,007 characters, some of them two UTF-16 units, so that the cut at 90 % falls between neither. */
    private static final String TEXT = new Random(5).ints(10_007, 0, 26)
            .mapToObj(i -> i == 0 ? "🚀" : Character.toString('a' + i))
            .collect(Collectors.joining());

    @TempDir
    Path directory;
    private Path sets;
    private Path fallback;
    private Preparation preparation;
    private final Corpus corpus = Corpus.of("novel", "novel.txt", TEXT);

    @BeforeEach
    void nameDirectories() {
        sets = directory.resolve("sets");
        fallback = directory.resolve("fallback");
        preparation = new Preparation(sets, fallback);
    }

    @Test
    void firstNineTenthsOfTheCharactersAreForTraining() {
        PreparedData data = prepare();
        assertThat(data.train().length()).isEqualTo(9_006);
        assertThat(data.val().length()).isEqualTo(1_001);
        assertThat(text(data, data.train()) + text(data, data.val())).isEqualTo(TEXT);
        assertThat(data.tokenizer().vocabSize()).isEqualTo(26);
        assertThat(data.train().width()).isEqualTo(IdWidth.BITS_16);
    }

    @Test
    void tinyShakespeareHasThePublishedCounts() throws Exception {
        Optional<Path> file = Fixtures.publishedTinyShakespeare();
        assumeTrue(file.isPresent(), "the published text is not on this machine");
        Files.createDirectories(sets.resolve("tiny-shakespeare"));
        Files.copy(file.get(), sets.resolve("tiny-shakespeare/input.txt"));
        Corpus published = new DataSets(sets).resolve("tiny-shakespeare", null, ByteProgress.NONE);

        PreparedData data = prepare(published, 0.1);

        assertThat(data.warnings()).isEmpty();
        assertThat(data.manifest().sources()).singleElement().extracting(DataManifest.Source::sha256)
                .isEqualTo("86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed");
        assertThat(data.tokenizer().vocabSize()).isEqualTo(65);
        assertThat(data.train().length()).isEqualTo(1_003_854);
        assertThat(data.val().length()).isEqualTo(111_540);
        // What nanoGPT's prepare.py prints the characters as, and where it begins: "First Citizen:".
        assertThat(data.tokenizer().encode("\n !$&',-.3:;?ABCxyz")).startsWith(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
                13, 14, 15).endsWith(62, 63, 64);
        assertThat(data.tokenizer().decode(new int[] {18, 47, 56, 57, 58, 1, 15, 47, 58, 47, 64, 43, 52, 10}))
                .isEqualTo("First Citizen:");
        assertThat(Stream.iterate(0, i -> i + 1).limit(14).map(data.train()::get))
                .containsExactly(18, 47, 56, 57, 58, 1, 15, 47, 58, 47, 64, 43, 52, 10);
    }

    @Test
    void gpt2HasTheTokensThatNanoGptPublishes() {
        Optional<Path> file = Fixtures.publishedTinyShakespeare();
        assumeTrue(file.isPresent(), "the published text is not on this machine");
        Corpus published = Corpus.ofFiles("tiny-shakespeare", List.of(file.get()), List.of(), "data.path");
        PreparedData data = preparation.prepare(published, PreparationSpec.of(TokenizerSpec.of("gpt2"), 0.1, 2),
                ByteProgress.NONE);
        assertThat(data.train().length()).isEqualTo(301_966);
        assertThat(data.val().length()).isEqualTo(36_059);
        assertThat(data.manifest().train().bytes() + data.manifest().val().bytes()).isEqualTo(1_115_394);
    }

    /** What the two tests above check, on a text that is always there; the counts of tokens are jtokkit's. */
    @Test
    void builtInPlaysHaveTheirKnownCounts() {
        Corpus plays = Corpus.of("plays", "the built-in corpus", BuiltInCorpus.text());

        PreparedData characters = prepare(plays, 0.1);
        assertThat(characters.tokenizer().vocabSize()).isEqualTo(63);
        assertThat(characters.tokenizer().encode("\n !&',-.:;?ABCxyz")).startsWith(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
                12, 13).endsWith(60, 61, 62);
        assertThat(characters.train().length()).isEqualTo(361_336);
        assertThat(characters.val().length()).isEqualTo(40_149);

        PreparedData tokens = preparation.prepare(plays, PreparationSpec.of(TokenizerSpec.of("gpt2"), 0.1, 2),
                ByteProgress.NONE);
        assertThat(tokens.train().length()).isEqualTo(110_656);
        assertThat(tokens.val().length()).isEqualTo(12_201);
        assertThat(tokens.manifest().train().bytes() + tokens.manifest().val().bytes()).isEqualTo(401_485);
    }

    @Test
    void manifestSaysWhatTheFilesAre() throws Exception {
        PreparedData data = prepare();
        JsonNode manifest = Json.MAPPER.readTree(Files.readAllBytes(data.directory().resolve("manifest.json")));
        int bytes = TEXT.getBytes(StandardCharsets.UTF_8).length;
        int valBytes = TEXT.substring(TEXT.offsetByCodePoints(0, 9006)).getBytes(StandardCharsets.UTF_8).length;
        assertThat(manifest.toString())
                .isEqualTo(
                "{\"format\":\"inkhorn-prepared\",\"version\":2,\"dataset\":\"novel\",\"source\":\"novel.txt\","
                + "\"sources\":[{\"name\":\"novel\",\"bytes\":" + bytes + ",\"sha256\":\""
                + Hashes.sha256(TEXT.getBytes(StandardCharsets.UTF_8))
                + "\",\"replaced\":0}],\"documents\":1,\"replaced\":0,\"recipe\":{"
                + "\"tokenizer\":\"char\",\"vocab_size\":0,\"val_fraction\":0.1,"
                + "\"split_seed\":1337,\"normalize_newlines\":false,\"field\":\"text\"},"
                + "\"tokenizer\":\"char\",\"tokenizer_sha256\":\""
                + data.tokenizer().hash()
                + "\",\"vocabulary_size\":26,\"id_bits\":16,\"train\":{\"documents\":1,\"characters\":9006,"
                + "\"bytes\":" + (bytes - valBytes) + ",\"tokens\":9006,\"sha256\":\""
                + Hashes.sha256(data.train().path())
                + "\"},\"val\":{\"documents\":1,\"characters\":1001,\"bytes\":" + valBytes + ",\"tokens\":1001,"
                + "\"sha256\":\"" + Hashes.sha256(data.val().path()) + "\"}}");
        assertThat(data.directory().toFile().list()).containsExactlyInAnyOrder("train.bin", "val.bin", "tokenizer.json",
                "manifest.json");
    }

    @Test
    void secondRunUsesTheFilesOfTheFirst() throws Exception {
        PreparedData first = prepare();
        Object written = Files.getLastModifiedTime(first.train().path());
        Object key = Files.readAttributes(first.train().path(), "*").get("fileKey");
        PreparedData second = prepare();
        assertThat(first.reused()).isFalse();
        assertThat(second.reused()).isTrue();
        assertThat(second.tokenizer().hash()).isEqualTo(first.tokenizer().hash());
        assertThat(Files.getLastModifiedTime(second.train().path())).isEqualTo(written);
        assertThat(Files.readAttributes(second.train().path(), "*").get("fileKey")).isEqualTo(key);
    }

    @Test
    void anotherTextOrFractionLiesElsewhere() {
        Path first = prepare().directory();
        Path otherText = prepare(Corpus.of("novel", "novel.txt", TEXT + "b"), 0.1).directory();
        Path otherFraction = prepare(corpus, 0.2).directory();
        assertThat(List.of(first, otherText, otherFraction)).doesNotHaveDuplicates();
        assertThat(prepare().reused()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"train.bin", "val.bin", "tokenizer.json", "manifest.json"})
    void damagedOrMissingFileIsMadeAgain(String name) throws Exception {
        Path file = prepare().directory().resolve(name);
        byte[] whole = Files.readAllBytes(file);

        byte[] flipped = whole.clone();
        flipped[flipped.length / 2] ^= 1;
        Files.write(file, flipped);
        assertThat(prepare().reused()).isFalse();
        assertThat(Files.readAllBytes(file)).isEqualTo(whole);

        Files.write(file, new byte[0]);
        assertThat(prepare().reused()).isFalse();

        Files.delete(file);
        assertThat(prepare().reused()).isFalse();
        assertThat(Files.readAllBytes(file)).isEqualTo(whole);
        assertNoTemporaries(sets);
    }

    @Test
    void manifestOfAnotherKindIsNotTrusted() throws Exception {
        Path file = prepare().directory().resolve("manifest.json");
        for (String content : new String[] {"null", "{}", "[]", "{\"format\":\"inkhorn-prepared\",\"version\":1}"}) {
            Files.writeString(file, content);
            assertThat(prepare().reused()).as(content).isFalse();
        }
    }

    @Test
    void eightPreparationsAtOnceGiveOneWholeDirectory() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            Callable<PreparedData> task = this::prepare;
            var all = threads.invokeAll(Stream.generate(() -> task).limit(8).toList());
            int made = 0;
            for (var each : all) {
                made += each.get().reused() ? 0 : 1;
                assertThat(text(each.get(), each.get().train()) + text(each.get(), each.get().val())).isEqualTo(TEXT);
            }
            assertThat(made).isEqualTo(1);
        } finally {
            threads.shutdown();
        }
        assertThat(sets.resolve("novel").toFile().list()).hasSize(1);
    }

    @Test
    void unwritableSetsDirectoryMeansTheFallbackAndAWarning() throws Exception {
        Files.writeString(sets, "a file where the directory should be");
        PreparedData data = prepare();
        assertThat(data.directory()).startsWith(fallback);
        Path wanted = sets.resolve(fallback.relativize(data.directory()));
        assertThat(data.warnings()).containsExactly(wanted + ": prepared data cannot be written there "
                + "(a file already exists where a directory is needed); using " + data.directory() + " instead");
        assertThat(prepare().reused()).isTrue();
    }

    @Test
    void nowhereToWriteIsOneLine() throws Exception {
        Files.writeString(sets, "a file");
        Files.writeString(fallback, "a file");
        assertThatThrownBy(this::prepare).isInstanceOf(DataException.class).hasMessageMatching(
                "prepared data can be written neither to \\S+ nor to \\S+ \\(a file already exists where a directory "
                        + "is needed\\); "
                        + "make room or make one of them writable");
    }

    @Test
    void textThatCannotBeEncodedNamesItsFileAndLeavesNothing() throws Exception {
        Path tokenizer = directory.resolve("letters.json");
        CharTokenizer.fromText("abc").save(tokenizer);
        Path text = Files.writeString(directory.resolve("novel.txt"), "abcd");
        PreparationSpec spec = PreparationSpec.of(TokenizerSpec.of(tokenizer.toString()), 0.1, 2);
        assertThatThrownBy(() -> preparation.prepare(Corpus.ofFiles("novel", List.of(text), List.of(), "data.path"),
                spec, ByteProgress.NONE))
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith(text + ": char tokenizer: character 'd' (U+0064) at position ");
        assertNoTemporaries(sets);
        assertThat(sets.resolve("novel").toFile().list()).isEmpty();
    }

    @Test
    void settingsAreCheckedBeforeAnythingIsWritten() {
        assertThatThrownBy(() -> prepare(corpus, 0.0)).isInstanceOf(DataException.class)
                .hasMessageStartingWith("data.val_fraction: 0.0 is out of range");
        assertThat(sets).doesNotExist();
    }

    @Test
    void vocabularyBeyondSixteenBitsIsWrittenInThirtyTwo() {
        String wide = Stream.iterate(0x10000, i -> i + 1).limit(70_000).map(Character::toString)
                .collect(Collectors.joining());
        PreparedData data = prepare(Corpus.of("wide", "generated", wide), 0.1);
        assertThat(data.train().width()).isEqualTo(IdWidth.BITS_32);
        assertThat(data.val().get(data.val().length() - 1)).isEqualTo(69_999);
    }

    @Test
    void warningsOfTheTextArePassedOn() {
        assertThat(prepare(corpus.withWarning("used instead"), 0.1).warnings()).containsExactly("used instead");
    }

    private PreparedData prepare() {
        return prepare(corpus, 0.1);
    }

    private PreparedData prepare(Corpus corpus, double valFraction) {
        return preparation.prepare(corpus, PreparationSpec.of(TokenizerSpec.of("char"), valFraction, 2),
                ByteProgress.NONE);
    }

    private static String text(PreparedData data, TokenFile tokens) {
        int[] ids = new int[(int) tokens.length()];
        tokens.read(0, ids, 0, ids.length);
        return data.tokenizer().decode(ids);
    }

    private static void assertNoTemporaries(Path directory) throws IOException {
        try (Stream<Path> tree = Files.walk(directory)) {
            assertThat(tree.filter(path -> path.getFileName().toString().startsWith(".tmp"))).isEmpty();
        }
    }
}
