package inkhorn.data.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import inkhorn.data.ByteProgress;
import inkhorn.data.DataException;
import inkhorn.data.tokenizer.TokenizerSpec;
import inkhorn.data.tokenizer.character.CharTokenizer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What cannot be prepared or used costs one line, and nothing that is there. */
final class PrepareRefusalsTest extends PrepareFixture {
    @Test
    void aDirectoryWithAnythingElseInItIsNeverReplaced() throws IOException {
        write("a.txt", "a text");
        Files.createDirectories(out);
        Files.writeString(out.resolve("thesis.tex"), "years of work");
        assertThatThrownBy(() -> Preparation.prepareInto(out, corpus(), spec("char"), true, ByteProgress.NONE))
                .isInstanceOf(DataException.class)
                .hasMessage("--out: " + out
                + " holds other files than prepared data; give a directory that does not exist yet");
        assertThat(out.resolve("thesis.tex")).hasContent("years of work");
    }

    @Test
    void aFileInTheWayIsOneLine() throws IOException {
        write("a.txt", "a text");
        Path inFile = write("b.txt", "a file").resolve("out");
        assertThatThrownBy(() -> Preparation.prepareInto(inFile, corpus(), spec("char"), false, ByteProgress.NONE))
                .isInstanceOf(DataException.class)
                .hasMessage("--out: " + inFile + " cannot be made (" + inFile.getParent()
                + " is a file); give another directory");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        {"text":"fine"}\\n{"title":"none"} | line 2 has no field "text"
        \\n\\n{"text":7}                   | line 3 has a field "text" that is no string
        ["text"]                           | line 1 is no JSON object
        {"text":"a"} {"text":"b"}          | line 1 has more than one JSON object
        """)
    void aJsonLineWithoutTheFieldIsNamed(String lines, String complaint) throws IOException {
        Path file = write("lines.jsonl", lines.replace("\\n", "\n"));
        assertRefused(file + ": " + complaint
                + "; each line must be a JSON object with the text in that field; name another with --field, or "
                + "remove the line");
    }

    @Test
    void aBrokenJsonLineIsNamed() throws IOException {
        Path file = write("lines.jsonl", "{\"text\":\"fine\"}\n{\"text\":\"torn");
        assertThatThrownBy(() -> prepare("char")).isInstanceOf(DataException.class)
                .hasMessageMatching(Pattern.quote(file.toString())
                        + ": line 2 is no valid JSON \\(column \\d+\\); each line must be one JSON object; repair or "
                        + "remove the line");
    }

    @Test
    void brokenGzipIsOneLine() throws IOException {
        Path file = gzip("a.txt.gz", "a text ".repeat(1000));
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(whole, whole.length / 2));
        assertRefused(file
                + ": the gzip file is broken (Unexpected end of ZLIB input stream); copy it again or compress the "
                + "text anew");
        Files.writeString(file, "not compressed");
        assertRefused(file + ": the gzip file is broken (Not in GZIP format); copy it again or compress the text anew");
    }

    @Test
    void aDirectoryWithoutTextSaysWhatWasLookedFor() throws IOException {
        write("image.png", "");
        assertThatThrownBy(this::corpus).isInstanceOf(DataException.class)
                .hasMessage("--input: " + texts + " holds no text; looked at any"
                + " depth for *.txt, *.text, *.md, *.jsonl and *.ndjson, also with .gz; choose with --glob, or give "
                + "the files themselves");
        write("empty.txt", "");
        assertRefused(texts + ": the text is empty; give a UTF-8 text file with characters in it");
    }

    @Test
    void damagedOrForeignDataAreRefusedInOneLine() throws IOException {
        assertNotOpened(out
                + ": holds no prepared data (manifest.json: no such file or directory); make some with: java -jar "
                + "train.jar prepare"
                + " --input FILE --out " + out);
        write("a.txt", "a text to learn from");
        Path manifest = prepare("char").directory().resolve("manifest.json");
        String whole = Files.readString(manifest);
        Files.writeString(manifest, whole.replace("\"version\":2", "\"version\":4"));
        assertNotOpened(manifest
                + ": prepared data of version 4, but this program reads version 2, and of instructions 3; prepare the "
                + "data again");
        Files.writeString(manifest, whole.replace("inkhorn-prepared", "other"));
        assertNotOpened(manifest
                + ": is no manifest of prepared data (\"format\" is \"other\", expected \"inkhorn-prepared\"); "
                + "prepare the data again");
        Files.writeString(manifest, whole);
        Files.write(out.resolve("val.bin"), new byte[] {1, 2});
        assertNotOpened(out.resolve("val.bin")
                + ": does not match its SHA-256 in manifest.json; prepare the data again");
    }

    @Test
    void aVocabularyTooLargeForTheIdsIsRefused() throws IOException {
        write("wide.txt", Stream.iterate(0x10000, i -> i + 1).limit(70_000).map(Character::toString)
                .collect(Collectors.joining()));
        Path manifest = prepare("char").directory().resolve("manifest.json");
        Files.writeString(manifest, Files.readString(manifest).replace("\"id_bits\":32", "\"id_bits\":16"));
        assertNotOpened(out
                + ": ids of 16 bits cannot number the 70000 tokens of its tokenizer char; prepare the data again");
    }

    @Test
    void dataMadeOtherwiseThanTheConfigSaysAreRefusedNamingBoth() throws IOException {
        write("a.txt", "a text to learn from");
        PreparedData data = prepare("char");
        Path letters = directory.resolve("letters.json");
        CharTokenizer.fromText("abc").save(letters);
        assertThatThrownBy(() -> data.requireMadeWith(Optional.of(TokenizerSpec.of(letters.toString())), null))
                .isInstanceOf(DataException.class)
                .hasMessage("data.dir: " + out
                + " was prepared with the tokenizer char of 11 tokens, but data.tokenizer is " + letters
                        + "; leave that key out, or prepare the data again with it");
        assertThatThrownBy(() -> data.requireMadeWith(Optional.empty(), 0.2)).isInstanceOf(DataException.class)
                .hasMessage("data.dir: " + out
                + " was split with a val_fraction of 0.1, but data.val_fraction is 0.2; leave that key out, or"
                        + " prepare the data again");
        data.requireMadeWith(Optional.of(TokenizerSpec.of("char")), 0.1);
    }

    @Test
    void aTextThatChangesBetweenTheReadingsIsNotPrepared() throws IOException {
        Path file = write("log.txt", "a text that grows");
        ByteProgress growing = new ByteProgress() {
            @Override
            public void started(String what) {
                try {
                    Files.writeString(file, what.startsWith("reading") ? "a text that grows" : "a text that has grown");
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }

            @Override
            public void bytes(long done, long total) {
            }
        };
        assertThatThrownBy(() -> Preparation.prepareInto(out, corpus(), spec("gpt2"), false, growing))
                .isInstanceOf(DataException.class)
                .hasMessage(texts
                + ": changed while it was read (17 characters, then 21); prepare it when nothing writes to it");
        assertThat(out).doesNotExist();
    }

    private void assertRefused(String message) {
        assertThatThrownBy(() -> prepare("char")).isInstanceOf(DataException.class).hasMessage(message);
        assertThat(out).doesNotExist();
    }

    private void assertNotOpened(String message) {
        assertThatThrownBy(() -> PreparedData.open(out)).isInstanceOf(DataException.class).hasMessage(message);
    }
}
