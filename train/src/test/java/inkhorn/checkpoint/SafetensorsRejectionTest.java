package inkhorn.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files that lie, are cut off or are something else: each gets its one line, and no memory beyond its size. */
class SafetensorsRejectionTest {

    private static final String AGAIN = "; copy or download the file again";

    @TempDir
    Path directory;
    private Path file;

    @BeforeEach
    void nameFile() {
        file = directory.resolve("model.safetensors");
    }

    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void aPipeOrADeviceIsRefusedInsteadOfBeingWaitedFor() throws Exception {
        assumeTrue(!System.getProperty("os.name").startsWith("Windows"), "pipes with names");
        assertThat(new ProcessBuilder("mkfifo", file.toString()).start().waitFor()).isZero();
        assertThatThrownBy(() -> SafetensorsReader.open(file)).isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith(file + ": cannot be read (it is a pipe, not a regular file)");
        assertThatThrownBy(() -> JsonFile.read(file)).isInstanceOf(CheckpointException.class)
                .hasMessageContaining("it is a pipe");
        Path zero = Path.of("/dev/zero");
        assertThatThrownBy(() -> SafetensorsReader.open(zero)).isInstanceOf(CheckpointException.class)
                .hasMessageContaining("it is a device, not a regular file");
        assertThatThrownBy(() -> JsonFile.read(zero)).isInstanceOf(CheckpointException.class)
                .hasMessageContaining("it is a device");
    }

    /** The data are always 8 bytes. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}} | tensor "b" overlaps tensor "a"
        {"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}} | hole of 4 bytes between the header and tensor "a"
        {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"I8","shape":[2],"data_offsets":[6,8]}} | hole of 2 bytes between tensor "a" and tensor "b"
        {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}} | 4 bytes after the last tensor belong to none
        {} | 8 bytes after the last tensor belong to none
        {"a":{"dtype":"F32","shape":[5],"data_offsets":[0,20]}} | truncated, or its header lies: tensor "a" ends at byte 20 of the data, the file holds 8
        {"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}} | tensor "a" of type F32 and shape [3] needs 12 bytes, its data_offsets span 8
        {"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}} | tensor "a" has data_offsets [8, 0], not a begin and an end
        {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,8]}} | tensor "a" has data_offsets [0, 8, 8], not a begin and an end
        {"a":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}} | data_offsets of tensor "a" holds "-8", not a whole number from 0 to 2^63-1
        {"a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}} | shape of tensor "a" holds "2.0", not a whole number from 0 to 2^63-1
        {"a":{"dtype":"F32","shape":[9223372036854775808],"data_offsets":[0,8]}} | shape of tensor "a" holds "9223372036854775808", not a whole number from 0 to 2^63-1
        {"a":{"dtype":"F32","shape":[[2]],"data_offsets":[0,8]}} | shape of tensor "a" holds "[", not a whole number from 0 to 2^63-1
        {"a":{"dtype":"F32","shape":2,"data_offsets":[0,8]}} | shape of tensor "a" is not an array
        {"a":{"dtype":"F32","shape":[65536,65536,65536,65536],"data_offsets":[0,8]}} | shape [65536, 65536, 65536, 65536] of tensor "a" overflows
        {"a":{"dtype":"F32","shape":[4294967296],"data_offsets":[0,8]}} | shape [4294967296] of tensor "a" overflows
        {"a":{"dtype":"F128","shape":[2],"data_offsets":[0,8]}} | tensor "a" has the unknown dtype "F128"
        {"a":{"dtype":32,"shape":[2],"data_offsets":[0,8]}} | tensor "a" has the unknown dtype ""
        {"a":{"shape":[2],"data_offsets":[0,8]}} | tensor "a" lacks dtype, shape or data_offsets
        {"a":{"dtype":"I8","shape":[4],"shape":[8],"data_offsets":[0,8]}} | tensor "a" has "shape" twice
        {"a":[]} | entry of tensor "a" is not a JSON object
        {"a":{"dtype":"I8","shape":[4],"data_offsets":[0,4]},"a":{"dtype":"I8","shape":[4],"data_offsets":[4,8]}} | "a" appears in the header twice
        {"__metadata__":{},"__metadata__":{}} | "__metadata__" appears in the header twice
        {"__metadata__":{"format":1}} | __metadata__ entry "format" is not a string
        {"__metadata__":"pt"} | __metadata__ is not a JSON object
        [] | header is not a JSON object
        {} {} | header has more than one JSON value
        """)
    void headersThatLieAreRefused(String header, String what) throws IOException {
        Files.write(file, Fixtures.file(header, new byte[8]));
        assertRefused(what);
    }

    @Test
    void aHeaderThatIsNotJsonIsRefused() throws IOException {
        Files.write(file, Fixtures.file("{\"a\":{\u001b[31m", new byte[0]));
        assertThatThrownBy(() -> SafetensorsReader.open(file)).isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith(file + ": header is not JSON (\"Illegal character")
                .hasMessageEndingWith("\")" + AGAIN).hasMessageNotContainingAny("\n", "\u001b");
        Files.write(file, Fixtures.file("", new byte[0]));
        assertRefused("header is not a JSON object");
        Files.write(file, Fixtures.file(2, new byte[] {'{', (byte) 0xff}, new byte[0]));
        assertRefused("header is not UTF-8");
    }

    @Test
    void deepNestingEndsInALineAndNotInAStackOverflow() throws IOException {
        Files.write(file, Fixtures.file("{\"a\":{\"x\":" + "[".repeat(1_000_000), new byte[0]));
        assertThatThrownBy(() -> SafetensorsReader.open(file)).isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith(file + ": header is not JSON (");
    }

    @Test
    void aLineStaysALineWhateverTheNamesInTheFile() throws IOException {
        String name = "\\n\\u001b[2J\\u2028" + "x".repeat(5000);
        Files.write(file, Fixtures.file("{\"" + name + "\":{\"dtype\":\"?\"}}", new byte[0]));
        assertThatThrownBy(() -> SafetensorsReader.open(file)).message()
                .doesNotContain("\n", "\u001b", "\u2028").hasSizeLessThan(400 + file.toString().length());
    }

    @Test
    void headerLengthsThatLieAreRefused() throws IOException {
        byte[] header = "{}".getBytes(StandardCharsets.UTF_8);
        Files.write(file, Fixtures.file(-1, header, new byte[0]));
        assertRefused("not a safetensors file, or damaged: its header would have 18446744073709551615 bytes, "
                + "the format allows 100000000");
        Files.write(file, Fixtures.file(100_000_001, header, new byte[0]));
        assertRefused("not a safetensors file, or damaged: its header would have 100000001 bytes, the format allows"
                + " 100000000");
        Files.write(file, Fixtures.file(100_000_000, header, new byte[0]));
        assertRefused("truncated, or not a safetensors file: its header would have 100000000 bytes, the file has 10");
        Files.write(file, Fixtures.file(3, header, new byte[0]));
        assertRefused("truncated, or not a safetensors file: its header would have 3 bytes, the file has 10");
    }

    @Test
    void aFileCutAtAnyByteIsRefused() throws IOException {
        Safetensors.write(file, List.of(Fixtures.filled("w", 1, 2, 3)), Safetensors.HUGGING_FACE, false);
        byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length < whole.length; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> SafetensorsReader.open(file)).as("cut to %d bytes", length)
                    .isInstanceOfSatisfying(CheckpointException.class, e -> assertThat(e.isUserError()).isTrue());
        }
        Files.write(file, Arrays.copyOf(whole, 5));
        assertRefused("truncated: 5 bytes, not even the 8 of the header's length");
    }

    @Test
    void randomDamageNeverEscapesAsAnotherException() throws IOException {
        Safetensors.write(file, List.of(Fixtures.filled("w", 1, 2, 3), Fixtures.filled("b", 1, 3)),
                Map.of("k", "v"), false);
        byte[] whole = Files.readAllBytes(file);
        Random random = new Random(7);
        for (int trial = 0; trial < 3000; trial++) {
            byte[] damaged = whole.clone();
            for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            }
            Files.write(file, damaged);
            try {
                Safetensors.readAll(file);
            } catch (CheckpointException e) {
                assertThat(e.getMessage()).startsWith(file + ": ").doesNotContain("\n");
            }
        }
    }

    @Test
    void missingTensorsAreNamed() {
        Safetensors.write(file, List.of(Fixtures.filled("w", 1, 2)), Map.of(), false);
        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            assertThat(reader.names()).doesNotContain("b");
            assertThatThrownBy(() -> reader.read("b")).isInstanceOf(CheckpointException.class).hasMessage(file
                    + ": has no tensor \"b\" (it holds 1); use a file of the model that is being loaded");
            assertThatThrownBy(() -> reader.read("w", 0, new float[3])).isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("w F32 [2] does not fit an array of 3");
        }
    }

    @Test
    void aFileThatBecomesShorterWhileItIsReadIsRefused() throws IOException {
        Safetensors.write(file, List.of(Fixtures.filled("w", 1, 1000)), Map.of(), false);
        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            Files.write(file, Arrays.copyOf(Files.readAllBytes(file), 500));
            assertThatThrownBy(() -> reader.read("w")).hasMessage(file
                    + ": cannot be read (the file became shorter while it was read); check the path and its"
                    + " permissions");
        }
    }

    @Test
    void whatIsNoFileAtAllIsRefused() throws IOException {
        assertThatThrownBy(() -> SafetensorsReader.open(file))
                .hasMessage(file + ": cannot be read (no such file or directory); check the path and its permissions");
        assertThatThrownBy(() -> SafetensorsReader.open(directory))
                .hasMessage(directory + ": is a directory; name the .safetensors file in it");
        Files.writeString(file, "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n");
        assertThatThrownBy(() -> SafetensorsReader.open(file))
                .hasMessage(file + ": is a Git LFS pointer, not the file itself; run git lfs pull");
    }

    private void assertRefused(String what) {
        assertThatThrownBy(() -> SafetensorsReader.open(file))
                .isInstanceOfSatisfying(CheckpointException.class, e -> assertThat(e.isUserError()).isTrue())
                .hasMessage(file + ": " + what + AGAIN);
    }
}
