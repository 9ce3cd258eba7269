package inkhorn.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsTest {

    @TempDir
    Path directory;
    private Path file;

    @BeforeEach
    void nameFile() {
        file = directory.resolve("model.safetensors");
    }

    @Test
    void tensorsComeBackWithEveryBit() {
        // More than one chunk of 65536 floats, and values whose bits a conversion would change.
        float[] large = new float[200_003];
        for (int i = 0; i < large.length; i++) {
            large[i] = Float.intBitsToFloat(i * 0x9E3779B9);
        }
        List<NamedTensor> tensors = List.of(
                new NamedTensor("z.first", new int[] {200_003}, large),
                new NamedTensor("a.scalar", new int[] {}, new float[] {-0f}),
                new NamedTensor("empty", new int[] {0, 5}, new float[0]),
                new NamedTensor("naïve \"😀\" name", new int[] {1, 3},
                new float[] {1, Float.NaN, Float.NEGATIVE_INFINITY}));
        Safetensors.write(file, tensors, Map.of(), true);

        List<NamedTensor> read = Safetensors.readAll(file);
        assertThat(read).extracting(NamedTensor::name).containsExactly("z.first", "a.scalar", "empty",
                "naïve \"😀\" name");
        for (int t = 0; t < tensors.size(); t++) {
            assertThat(read.get(t).shape()).isEqualTo(tensors.get(t).shape());
            assertThat(bits(read.get(t).data())).isEqualTo(bits(tensors.get(t).data()));
        }
    }

    @Test
    void bytesAreThoseOfAFilePutTogetherByHand() throws IOException {
        Safetensors.write(file, List.of(new NamedTensor("w", new int[] {1, 2}, new float[] {1.5f, -2}),
                new NamedTensor("b", new int[] {1}, new float[] {3})), Safetensors.HUGGING_FACE, false);
        String header = "{\"__metadata__\":{\"format\":\"pt\"},"
                + "\"w\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8]},"
                + "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[8,12]}}";
        String padded = header + " ".repeat(-header.length() & 7);
        byte[] data = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN).putFloat(1.5f).putFloat(-2)
                .putFloat(3).array();
        assertThat(Files.readAllBytes(file)).isEqualTo(Fixtures.file(padded, data));
    }

    @Test
    void aShorterModelReplacesALongerFile() {
        Safetensors.write(file, List.of(Fixtures.filled("w", 1, 1000)), Map.of(), false);
        Safetensors.write(file, List.of(Fixtures.filled("w", 2, 3)), Map.of(), false);
        assertThat(Safetensors.readAll(file).get(0).data()).containsExactly(2, 2, 2);
    }

    @Test
    void metadataCanBeRead() {
        Safetensors.write(file, List.of(), Safetensors.HUGGING_FACE, false);
        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            assertThat(reader.metadata()).containsExactly(Map.entry("format", "pt"));
            assertThat(reader.names()).isEmpty();
        }
    }

    @Test
    void halfBfloatAndDoubleBecomeFloat() throws IOException {
        String header = "{\"h\":{\"dtype\":\"F16\",\"shape\":[6],\"data_offsets\":[0,12]},"
                + "\"b\":{\"dtype\":\"BF16\",\"shape\":[2],\"data_offsets\":[12,16]},"
                + "\"d\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[16,24]}}";
        ByteBuffer data = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
        for (int half : new int[] {0x3c00, 0xc000, 0x0001, 0x7bff, 0xfc00, 0x3555}) {
            data.putShort((short) half);
        }
        data.putShort((short) 0x3f80).putShort((short) 0xc049).putDouble(Math.PI);
        Files.write(file, Fixtures.file(header, data.array()));
        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            assertThat(reader.read("h").data())
                    .containsExactly(1f, -2f, 0x1p-24f, 65504f, Float.NEGATIVE_INFINITY, 0.333251953125f);
            assertThat(reader.read("b").data()).containsExactly(1f, -3.140625f);
            assertThat(reader.read("d").data()).containsExactly((float) Math.PI);
        }
    }

    @Test
    void longsBecomeIntsUnlessTheyAreTooLarge() throws IOException {
        String header = "{\"good\":{\"dtype\":\"I64\",\"shape\":[2],\"data_offsets\":[0,16]},"
                + "\"large\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[16,24]},"
                + "\"ints\":{\"dtype\":\"I32\",\"shape\":[1],\"data_offsets\":[24,28]}}";
        Files.write(file, Fixtures.file(header, ByteBuffer.allocate(28).order(ByteOrder.LITTLE_ENDIAN)
                .putLong(-1).putLong(50256).putLong(1L << 31).putInt(7).array()));
        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            assertThat(reader.readInts("good")).containsExactly(-1, 50256);
            assertThat(reader.readInts("ints")).containsExactly(7);
            assertThatThrownBy(() -> reader.readInts("large")).hasMessage(
                    file + ": tensor \"large\" holds 2147483648, beyond 32 bits; store values from -2147483648 to"
                    + " 2147483647");
        }
    }

    @Test
    void aTypeThatCannotBeReadIsPassedOverUntilAskedFor() throws IOException {
        String header = "{\"mask\":{\"dtype\":\"BOOL\",\"shape\":[4],\"data_offsets\":[0,4]},"
                + "\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}";
        Files.write(file, Fixtures.file(header, new byte[8]));
        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            assertThat(reader.read("w").data()).containsExactly(0f);
            assertThatThrownBy(() -> reader.read("mask")).isInstanceOf(CheckpointException.class).hasMessage(
                    file + ": tensor \"mask\" is of type BOOL; convert it to F32, F16, BF16 or F64");
            assertThatThrownBy(() -> reader.readInts("w")).hasMessage(
                    file + ": tensor \"w\" is of type F32; convert it to I32 or I64");
        }
    }

    @Test
    void twoTensorsOfOneNameAreNotWritten() {
        List<NamedTensor> twins = List.of(Fixtures.filled("w", 1, 1), Fixtures.filled("w", 1, 1));
        assertThatThrownBy(() -> Safetensors.write(file, twins, Map.of(), false))
                .isInstanceOf(IllegalArgumentException.class).hasMessage("two tensors are named w");
        assertThat(file).doesNotExist();
    }

    @Test
    void aTensorWhoseShapeDoesNotFitItsDataIsRefused() {
        assertThatThrownBy(() -> new NamedTensor("w", new int[] {2, 3}, new float[5]))
                .hasMessage("w: shape [2, 3] wants 6 values, got 5");
        // 65536 * 65536 is 0 in 32 bits.
        assertThatThrownBy(() -> new NamedTensor("w", new int[] {65536, 65536}, new float[0]))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new NamedTensor("w", new int[] {-1}, new float[0]))
                .hasMessage("w: negative size in shape [-1]");
        assertThatThrownBy(() -> new NamedTensor("__metadata__", new int[] {0}, new float[0]))
                .hasMessage("tensor name \"__metadata__\" is empty or reserved");
    }

    @Test
    void aFailedWriteIsTheRunsFailure() {
        Path nowhere = directory.resolve("missing").resolve("model.safetensors");
        assertThatThrownBy(() -> Safetensors.write(nowhere, List.of(), Map.of(), false))
                .hasMessage(nowhere + ": cannot be written (no such file or directory); check free space and"
                + " permissions")
                .isInstanceOfSatisfying(CheckpointException.class, e -> assertThat(e.isUserError()).isFalse());
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt2-tanh", "nanogpt-erf"})
    void whatPyTorchWroteIsReadAndWrittenBack(String name) throws IOException, URISyntaxException {
        Path golden = Path.of(getClass().getResource("/golden/" + name).toURI());
        int vocabulary = new ObjectMapper().readTree(golden.resolve("config.json").toFile()).get("vocab_size").asInt();
        List<NamedTensor> tensors = Safetensors.readAll(golden.resolve("model.safetensors"));
        assertThat(tensors.get(0).name()).isEqualTo("transformer.wte.weight");
        assertThat(tensors.get(0).shape()[0]).isEqualTo(vocabulary);
        Safetensors.write(file, tensors, Map.of(), false);
        assertThat(Files.mismatch(file, golden.resolve("model.safetensors"))).isEqualTo(-1);

        try (SafetensorsReader reader = SafetensorsReader.open(golden.resolve("golden.safetensors"))) {
            assertThat(Arrays.stream(reader.readInts("input_ids")).max().orElseThrow()).isBetween(1, vocabulary - 1);
            assertThat(reader.read("losses").data()).hasSize(10).doesNotContain(0f);
        }
    }

    private static int[] bits(float[] values) {
        int[] bits = new int[values.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = Float.floatToRawIntBits(values[i]);
        }
        return bits;
    }
}
