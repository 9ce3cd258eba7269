package inkhorn.data.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import inkhorn.data.ByteProgress;
import inkhorn.data.DataException;
import inkhorn.data.TokenFile;
import inkhorn.data.source.Corpus;
import inkhorn.data.source.TextSource;
import inkhorn.data.tokenizer.TokenizerSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files and directories into a directory of the user's choice. */
final class PrepareIntoTest extends PrepareFixture {
    @Test
    void everyKindOfFileAtAnyDepthIsReadInTheOrderOfItsPath() throws IOException {
        write("b.txt", "from b");
        write("a/z.md", "from z");
        write("a/lines.jsonl",
                "{\"text\":\"line 1\",\"id\":{\"text\":\"no\"}}\n\n{\"id\":2,\"text\":\"line \\u00e9\"}\n");
        gzip("c.txt.gz", "packed");
        gzip("d.jsonl.gz", "{\"text\":\"packed line\"}");
        write("a/.hidden.txt", "hidden");
        write("a/program.java", "class");
        PreparedData data = prepare("char");
        assertThat(data.manifest().sources()).extracting(DataManifest.Source::name)
                .containsExactly("a/lines.jsonl", "a/z.md", "b.txt", "c.txt.gz", "d.jsonl.gz");
        assertThat(Stream.of((text(data, data.train()) + text(data, data.val())).split("\n")))
                .containsExactlyInAnyOrder("line 1", "line é", "from z", "from b", "packed", "packed line");
        assertThat(data.manifest().documents()).isEqualTo(6);
    }

    @Test
    void globsChooseWhatIsTakenFromDirectoriesAndNamedFilesAlwaysAre() throws IOException {
        write("a.txt", "text");
        write("src/B.java", "class B");
        Path named = write("notes", "no ending");
        Corpus corpus = Corpus.ofFiles("x", List.of(texts, named, texts.resolve("src/B.java")), List.of("src/**.java"),
                "--input");
        assertThat(corpus.texts()).extracting(TextSource::name).containsExactly("src/B.java", "notes");
    }

    @ParameterizedTest
    @CsvSource({"gpt2,50256", "cl100k_base,100257"})
    void theEndOfTextTokenEndsEachOfSeveralDocuments(String tokenizer, int endOfText) throws IOException {
        write("a.txt", "Every effort moves you");
        write("b.txt", "spelled out: <|endoftext|>");
        PreparedData data = prepare(tokenizer);
        for (TokenFile part : List.of(data.train(), data.val())) {
            int[] ids = IntStream.range(0, (int) part.length()).map(part::get).toArray();
            assertThat(ids).containsOnlyOnce(endOfText).endsWith(endOfText);
        }
        Files.delete(texts.resolve("b.txt"));
        PreparedData alone = Preparation.prepareInto(directory.resolve("alone"), corpus(), spec(tokenizer), false,
                ByteProgress.NONE);
        assertThat(text(alone, alone.train()) + text(alone, alone.val())).isEqualTo("Every effort moves you");
    }

    @Test
    void chunkedEncodingGivesTheIdsOfTheWholeText() throws IOException {
        String text = new Random(11).ints(150_000, 0, 9)
                .mapToObj(i -> List.of("the ", "moving", "'s ", "\n\n", "  ", "1603", "字", " é", "!? ").get(i))
                .collect(Collectors.joining());
        write("a.txt", text);
        PreparedData data = prepare("gpt2");
        int cut = text.offsetByCodePoints(0, (int) data.manifest().train().characters());
        int[] whole = data.tokenizer().encode(text.substring(0, cut));
        assertThat(IntStream.range(0, (int) data.train().length()).map(data.train()::get).toArray()).isEqualTo(whole);
    }

    @Test
    void mergesAreLearnedFromTheTrainingPartAlone() throws IOException {
        write("a.txt", "ab".repeat(900) + "xyxy".repeat(50));
        PreparedData data = Preparation.prepareInto(out, corpus(), PreparationSpec.of(new TokenizerSpec("bpe", 262),
                0.1, 2), false, ByteProgress.NONE);
        assertThat(new String(data.tokenizer().toBytes(), StandardCharsets.UTF_8)).contains("abab")
                .doesNotContain("xyxy");
    }

    @Test
    void ofSeveralDocumentsWholeOnesAreForValidationByTheSeed() throws IOException {
        write("d.jsonl", IntStream.range(0, 500).mapToObj(i -> "{\"text\":\"document " + i + "\"}")
                .collect(Collectors.joining("\n")));
        PreparedData data = prepare("char");
        List<String> val = List.of(text(data, data.val()).split("\n"));
        List<String> train = List.of(text(data, data.train()).split("\n"));
        assertThat(val.size()).isBetween(30, 70).isEqualTo((int) data.manifest().val().documents());
        assertThat(train).hasSize(500 - val.size()).doesNotContainAnyElementsOf(val);
        PreparedData other = Preparation.prepareInto(directory.resolve("other"), corpus(),
                new PreparationSpec(TokenizerSpec.of("char"), 0.1, 7, false, "text", 2), false, ByteProgress.NONE);
        assertThat(text(other, other.val())).isNotEqualTo(text(data, data.val()));
    }

    @ParameterizedTest
    @CsvSource({"0.01", "0.99"})
    void ofTwoDocumentsEachPartGetsOne(double valFraction) throws IOException {
        write("a.txt", "first");
        write("b.txt", "second");
        for (int seed = 0; seed < 20; seed++) {
            PreparedData data = Preparation.prepareInto(directory.resolve("out" + seed), corpus(),
                    new PreparationSpec(TokenizerSpec.of("char"), valFraction, seed, false, "text", 1), false,
                    ByteProgress.NONE);
            assertThat(data.manifest().train().documents()).isEqualTo(1);
            assertThat(data.manifest().val().documents()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @CsvSource({"char", "gpt2", "bpe"})
    void oneTwoAndFourThreadsWriteTheSameBytes(String tokenizer) throws IOException {
        Random random = new Random(3);
        String alphabet = "abcdefgh éß字🚀\n.,'\r\n".repeat(3);
        int[] letters = alphabet.codePoints().toArray();
        String big = random.ints(900_000, 0, letters.length).mapToObj(i -> Character.toString(letters[i]))
                .collect(Collectors.joining());
        write("big.txt", big);
        write("small.jsonl", IntStream.range(0, 3000).mapToObj(i -> "{\"text\":\"no. " + i + "\"}")
                .collect(Collectors.joining("\n")));
        List<byte[]> made = new ArrayList<>();
        for (int threads : new int[] {1, 2, 4}) {
            PreparedData data = Preparation.prepareInto(directory.resolve("out" + threads), corpus(),
                    new PreparationSpec(new TokenizerSpec(tokenizer, tokenizer.equals("bpe") ? 300 : 0), 0.1, 1337,
                    false, "text", threads), false, ByteProgress.NONE);
            made.add(Stream.of("train.bin", "val.bin", "tokenizer.json", "manifest.json")
                    .map(name -> data.directory().resolve(name))
                    .map(PrepareFixture::read).collect(java.io.ByteArrayOutputStream::new,
                    java.io.ByteArrayOutputStream::writeBytes,
                            (a, b) -> { }).toByteArray());
            assertThat(text(data, data.train()) + text(data, data.val())).contains(big.substring(0, 500_000));
        }
        // The manifest names the data set, which is called as its directory.
        assertThat(new String(made.get(1), StandardCharsets.ISO_8859_1).replace("out2", "out1"))
                .isEqualTo(new String(made.get(0), StandardCharsets.ISO_8859_1));
        assertThat(new String(made.get(2), StandardCharsets.ISO_8859_1).replace("out4", "out1"))
                .isEqualTo(new String(made.get(0), StandardCharsets.ISO_8859_1));
    }

    @Test
    void lineEndsStayUnlessTheyAreToBeNormalized() throws IOException {
        String text = "a\r\nb\rc\n\r\n".repeat(50_000);
        write("dos.txt", text);
        PreparedData kept = prepare("char");
        assertThat(text(kept, kept.train()) + text(kept, kept.val())).isEqualTo(text);
        PreparedData normalized = Preparation.prepareInto(directory.resolve("normalized"), corpus(),
                new PreparationSpec(TokenizerSpec.of("char"), 0.1, 1337, true, "text", 2), false, ByteProgress.NONE);
        assertThat(text(normalized, normalized.train()) + text(normalized, normalized.val()))
                .isEqualTo("a\nb\nc\n\n".repeat(50_000));
        assertThat(normalized.manifest().train().bytes()).isEqualTo(Math.round(0.9 * 7 * 50_000));
    }

    @Test
    void aTextWithoutAPlaceToCutIsCutAllTheSame() throws IOException {
        String text = "🚀".repeat(Chunks.LARGEST) + "!";
        write("endless.txt", text);
        PreparedData data = prepare("char");
        assertThat(text(data, data.train()) + text(data, data.val())).isEqualTo(text);
    }

    @Test
    void invalidBytesAreCountedFileByFileAndHalfCharactersOfJsonToo() throws IOException {
        Files.write(texts.resolve("latin1.txt"), new byte[] {'c', 'a', 'f', (byte) 0xE9});
        write("lines.jsonl", "{\"text\":\"half \\ud83d\"}");
        PreparedData data = prepare("char");
        assertThat(data.manifest().sources()).extracting(DataManifest.Source::replaced).containsExactly(1L, 1L);
        assertThat(data.manifest().replaced()).isEqualTo(2);
        assertThat(data.warnings()).hasSize(2).first().asString()
                .contains("latin1.txt: 1 invalid UTF-8 sequence replaced by U+FFFD, the first at byte offset 3;");
    }

    @Test
    void theSameAgainDoesNothingAndAnythingElseIsRefusedWithWhatDiffers() throws IOException {
        write("a.txt", "a text to learn from");
        write("b.txt", "another text");
        Object written = Files.getLastModifiedTime(prepare("char").train().path());
        PreparedData again = prepare("char");
        assertThat(again.reused()).isTrue();
        assertThat(Files.getLastModifiedTime(again.train().path())).isEqualTo(written);

        write("a.txt", "a changed text to learn from");
        write("c.txt", "new");
        Files.delete(texts.resolve("b.txt"));
        PreparationSpec other = new PreparationSpec(TokenizerSpec.of("char"), 0.2, 1337, true, "text", 2);
        assertThatThrownBy(() -> Preparation.prepareInto(out, corpus(), other, false, ByteProgress.NONE))
                .isInstanceOf(DataException.class)
                .hasMessage("--out: " + out
                + " holds data that were prepared otherwise (val_fraction 0.1, not 0.2; normalize-newlines false, "
                + "not true;"
                        + " inputs: a.txt changed, c.txt is new, b.txt is gone); give another --out, or --overwrite "
                        + "to replace them");
        assertThat(PreparedData.open(out).manifest().recipe().valFraction()).isEqualTo(0.1);
        PreparedData replaced = Preparation.prepareInto(out, corpus(), other, true, ByteProgress.NONE);
        assertThat(replaced.reused()).isFalse();
        assertThat(replaced.manifest().recipe().valFraction()).isEqualTo(0.2);
        assertThat(directory.toFile().list()).containsExactlyInAnyOrder("texts", "out");
    }

    @Test
    void whatAKillHasLeftIsRemovedByTheNextRunAndWhatIsAliveStays() throws IOException {
        write("a.txt", "a text");
        Path dead = Files.createDirectories(directory.resolve(".tmp-inkhorn-dead"));
        Files.writeString(dead.resolve("train.bin"), "half");
        Files.createFile(directory.resolve(".tmp-inkhorn-dead.lock"));
        Path foreign = Files.createDirectories(directory.resolve(".tmp-inkhorn-foreign"));
        try (WorkDirectory alive = WorkDirectory.create(directory)) {
            prepare("char");
            assertThat(dead).doesNotExist();
            assertThat(directory.resolve(".tmp-inkhorn-dead.lock")).doesNotExist();
            assertThat(alive.path()).exists();
            assertThat(foreign).exists();
        }
    }

    @Test
    void stoppedAnywhereItLeavesNothing() throws IOException {
        write("a.txt", "a text to learn from ".repeat(100_000));
        for (String phase : new String[] {"reading", "learning", "encoding"}) {
            ByteProgress stop = new ByteProgress() {
                private boolean here;

                @Override
                public void started(String what) {
                    here = what.startsWith(phase);
                }

                @Override
                public void bytes(long done, long total) {
                    if (here && done > total / 2) {
                        throw new IllegalStateException("stop");
                    }
                }
            };
            assertThatThrownBy(() -> Preparation.prepareInto(out, corpus(), spec("char"), false, stop))
                    .hasMessage("stop");
            assertThat(directory.toFile().list()).as(phase).containsExactly("texts");
        }
    }

    @Test
    void stoppedWhileItLearnsMergesOrHashesItLeavesNothing() throws IOException {
        write("a.txt", "a text to learn from ");
        for (String phase : new String[] {"learning", "encoding"}) {
            ByteProgress stop = new ByteProgress() {
                private boolean here;

                @Override
                public void started(String what) {
                    here = what.startsWith(phase);
                }

                @Override
                public void bytes(long done, long total) {
                }

                @Override
                public void working() {
                    if (here) {
                        throw new IllegalStateException("stop");
                    }
                }
            };
            assertThatThrownBy(() -> Preparation.prepareInto(out, corpus(), spec("bpe"), false, stop))
                    .hasMessage("stop");
            assertThat(directory.toFile().list()).as(phase).containsExactly("texts");
        }
    }

    @Test
    void bitsPerByteCountTheBytesOfTheValidationText() throws IOException {
        write("a.txt", "é".repeat(1000));
        // One bit a character of two bytes.
        assertThat(prepare("char").bitsPerByte(Math.log(2))).isEqualTo(0.5);
    }
}
