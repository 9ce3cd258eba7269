package inkhorn.data.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import inkhorn.data.ByteProgress;
import inkhorn.data.DataException;
import inkhorn.data.TokenFile;
import inkhorn.data.source.Corpus;
import inkhorn.data.source.DataFormat;
import inkhorn.data.tokenizer.TokenizerSpec;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Prompts and completions as files. */
class PrepareInstructionsTest {
    private static final String LINES = IntStream.range(0, 60)
            .mapToObj(i -> "{\"prompt\": \"" + i + " plus 1 is \", \"completion\": \"" + (i + 1) + ".\", \"id\": 1}\n")
            .collect(Collectors.joining());

    @TempDir
    Path directory;

    @Test
    void everyExampleIsWhollyInOnePartAndEndsWithTheTokenizersEnd() throws IOException {
        for (String tokenizer : List.of("char", "gpt2")) {
            PreparedData data = prepare(tokenizer, LINES, 2);
            List<String> all = new ArrayList<>(texts(data, data.train(), data.lengths().orElseThrow().train()));
            assertThat(all).hasSize((int) data.manifest().train().documents()).hasSizeBetween(45, 58);
            all.addAll(texts(data, data.val(), data.lengths().orElseThrow().val()));
            String end = tokenizer.equals("char") ? "\n" : "<|endoftext|>";
            assertThat(all).containsExactlyInAnyOrderElementsOf(IntStream.range(0, 60)
                    .mapToObj(i -> i + " plus 1 is |" + (i + 1) + "." + end).toList());
        }
    }

    @Test
    void filesDependNeitherOnThreadsNorOnCompression() throws IOException {
        PreparedData one = prepare("char", LINES, 1);
        Path packed = Files.createDirectory(directory.resolve("packed"));
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(packed.resolve("a.jsonl.gz")))) {
            out.write(LINES.getBytes(StandardCharsets.UTF_8));
        }
        Files.writeString(packed.resolve("README.txt"), "is passed over");
        PreparedData two = prepare("char", packed, 3);
        for (String file : List.of("train.bin", "val.bin", "train.lengths.bin", "val.lengths.bin")) {
            assertThat(two.directory().resolve(file)).hasSameBinaryContentAs(one.directory().resolve(file));
        }
        assertThat(two.manifest().examples()).isEqualTo(one.manifest().examples());
        assertThat(PreparedData.open(two.directory()).lengths()).isPresent();
    }

    @Test
    void wrongLinesAreNamed() {
        assertRefused("{\"prompt\": \"a\"}\n", ": line 1 has no field \"completion\"; each line must be {\"prompt\": ");
        assertRefused("{\"prompt\": \"a\", \"completion\": \"b\"}\n\n{\"prompt\": \"a\", \"completion\": \"\"}\n",
                ": line 3 has an empty completion; ");
        assertRefused("{\"prompt\": 7, \"completion\": \"b\"}\n",
                ": line 1 has a field \"prompt\" that is no string; ");
        assertRefused("{\"prompt\": \"a\", \"completion\": \"b\"\n", ": line 1 is no valid JSON");
        assertRefused("[1]\n", ": line 1 is no JSON object");
        assertRefused("", ": found 0 examples, expected at least 2");
        assertRefused("{\"prompt\": \"a\", \"completion\": \"b\"}\n", ": found 1 example, expected at least 2");
    }

    @Test
    void whatATokenizerDoesNotKnowIsNamedWithItsLine() throws IOException {
        Path tokenizer = prepare("char", LINES, 1).directory().resolve("tokenizer.json");
        Path more = Files.writeString(directory.resolve("more.jsonl"), LINES
                + "{\"prompt\": \"\u00e9\", \"completion\": \"b\"}\n");
        assertThatThrownBy(() -> prepare(tokenizer.toString(), more, 1)).isInstanceOf(DataException.class)
                .hasMessageStartingWith(more + ": line 61: ").hasMessageNotContaining("\n");
    }

    @Test
    void aTextThatIsInstructionsSaysWhatToSet() throws IOException {
        Path file = Files.writeString(directory.resolve("x.jsonl"), LINES);
        PreparationSpec texts = PreparationSpec.of(TokenizerSpec.of("char"), 0.1, 1);
        assertThatThrownBy(() -> Preparation.prepareInto(directory.resolve("out"), Corpus.ofFiles("x", List.of(file),
                List.of(), "--input"), texts, false, ByteProgress.NONE)).isInstanceOf(DataException.class)
                .hasMessage(file + ": line 1 has no field \"text\" but a prompt with its completion; give --format "
                + "instructions, in a config data.format: instructions");
    }

    @Test
    void damagedLengthsAreRefused() throws IOException {
        Path out = prepare("char", LINES, 1).directory();
        Files.write(out.resolve("val.lengths.bin"), new byte[8]);
        assertThatThrownBy(() -> PreparedData.open(out)).isInstanceOf(DataException.class)
                .hasMessageContaining("val.lengths.bin: does not match its SHA-256");
    }

    private void assertRefused(String lines, String part) {
        assertThatThrownBy(() -> prepare("char", lines, 1)).isInstanceOf(DataException.class)
                .hasMessageStartingWith(directory + "/lines-").hasMessageContaining(part).hasMessageNotContaining("\n");
    }

    private PreparedData prepare(String tokenizer, String lines, int threads) throws IOException {
        return prepare(tokenizer, Files.writeString(Files.createTempFile(directory, "lines-", ".jsonl"), lines),
                threads);
    }

    private PreparedData prepare(String tokenizer, Path input, int threads) throws IOException {
        Corpus corpus = Corpus.ofFiles("x", List.of(input), DataFormat.INSTRUCTIONS.globs(), "--input");
        PreparationSpec spec = PreparationSpec.of(TokenizerSpec.of(tokenizer), 0.1, threads)
                .withFormat(DataFormat.INSTRUCTIONS);
        Path out = Files.createTempDirectory(directory, "out-");
        return Preparation.prepareInto(out, corpus, spec, false, ByteProgress.NONE);
    }

    /** Each example, a bar between prompt and completion. */
    private static List<String> texts(PreparedData data, TokenFile ids, TokenFile lengths) {
        List<String> texts = new ArrayList<>();
        int at = 0;
        for (int i = 0; i < lengths.length(); i += 2) {
            StringBuilder text = new StringBuilder();
            for (int part = 0; part < 2; part++) {
                int[] some = new int[lengths.get(i + part)];
                ids.read(at, some, 0, some.length);
                at += some.length;
                text.append(data.tokenizer().decode(some)).append(part == 0 ? "|" : "");
            }
            texts.add(text.toString());
        }
        return texts;
    }
}
