package inkhorn.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TokenFileTest {
    @TempDir
    Path directory;
    private Path file;

    @BeforeEach
    void nameTheFile() {
        file = directory.resolve("train.bin");
    }

    @Test
    void idsOfSixteenBitsAreLittleEndianAndUnsigned() throws Exception {
        write(IdWidth.BITS_16, 1, 0x1234, 65_535);
        assertThat(Files.readAllBytes(file)).containsExactly(1, 0, 0x34, 0x12, 0xFF, 0xFF);
        assertThat(TokenFile.open(file, IdWidth.BITS_16).get(2)).isEqualTo(65_535);
    }

    @Test
    void idsOfThirtyTwoBitsAreLittleEndian() throws Exception {
        write(IdWidth.BITS_32, 0x01020304);
        assertThat(Files.readAllBytes(file)).containsExactly(4, 3, 2, 1);
        assertThat(TokenFile.open(file, IdWidth.BITS_32).get(0)).isEqualTo(0x01020304);
    }

    @Test
    void idsInMemoryReadAsFromAFile() throws Exception {
        int[] ids = new Random(7).ints(1_003, 0, Integer.MAX_VALUE).toArray();
        write(IdWidth.BITS_32, ids);
        Batch fromFile = new BatchSampler(TokenFile.open(file, IdWidth.BITS_32), 3, 7,
                (bound, step, index) -> (11 * index) % bound).batch(5);
        Batch fromMemory = new BatchSampler(TokenFile.of(ids), 3, 7, (bound, step, index) -> (11 * index) % bound)
                .batch(5);
        assertThat(fromMemory.inputs()).isEqualTo(fromFile.inputs());
        assertThat(fromMemory.targets()).isEqualTo(fromFile.targets());
        assertThat(TokenFile.of(ids).get(1_002)).isEqualTo(ids[1_002]);
    }

    @ParameterizedTest
    @EnumSource(IdWidth.class)
    void readingCrossesTheEdgesOfMappings(IdWidth width) throws Exception {
        int[] ids = new Random(7).ints(1_003, 0, 65_536).toArray();
        write(width, ids);
        TokenFile tokens = TokenFile.open(file, width, 6);

        int[] all = new int[ids.length + 2];
        tokens.read(0, all, 1, ids.length);

        assertThat(tokens.length()).isEqualTo(ids.length);
        assertThat(all).startsWith(0).endsWith(0).containsSubsequence(ids);
        for (int i = 0; i < ids.length; i++) {
            assertThat(tokens.get(i)).isEqualTo(ids[i]);
        }
    }

    @Test
    void fileBeyondTwoGibibytesIsReadToItsEnd() throws Exception {
        long bytes = (5L << 29) + 6;
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(bytes);
            sparse.seek(bytes - 2);
            sparse.write(new byte[] {0x39, 0x30});
        }
        TokenFile tokens = TokenFile.open(file, IdWidth.BITS_16);

        int[] end = new int[2];
        tokens.read(tokens.length() - 2, end, 0, 2);

        assertThat(tokens.length()).isEqualTo(bytes / 2);
        assertThat(end).containsExactly(0, 12_345);
    }

    @Test
    void writingMoreThanTheBufferKeepsEveryId() throws Exception {
        int[] ids = new Random(3).ints(100_000, 0, 1 << 20).toArray();
        write(IdWidth.BITS_32, ids);
        int[] read = new int[ids.length];
        TokenFile.open(file, IdWidth.BITS_32).read(0, read, 0, read.length);
        assertThat(read).containsExactly(ids);
    }

    @Test
    void unfinishedWriterLeavesTheOldFileAndNothingElse() throws Exception {
        write(IdWidth.BITS_16, 5);
        try (TokenFileWriter out = new TokenFileWriter(file, IdWidth.BITS_16)) {
            out.append(new int[100_000]);
        }
        assertThat(TokenFile.open(file, IdWidth.BITS_16).length()).isEqualTo(1);
        assertThat(directory.toFile().list()).containsExactly("train.bin");
    }

    @Test
    void idThatDoesNotFitIsRefused() throws Exception {
        try (TokenFileWriter out = new TokenFileWriter(file, IdWidth.BITS_16)) {
            assertThatThrownBy(() -> out.append(new int[] {1, 65_536})).isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(file + ": id 65536 does not fit in 16 bits (0 to 65535)");
        }
    }

    @Test
    void sizeThatIsNoWholeNumberOfIdsIsRefused() throws Exception {
        Files.write(file, new byte[7]);
        assertThatThrownBy(() -> TokenFile.open(file, IdWidth.BITS_16)).isInstanceOf(DataException.class)
                .hasMessage(file + ": 7 bytes are not a whole number of 16-bit ids; "
                        + "the file is damaged or of another width, prepare the data again");
    }

    @Test
    void missingFileIsNamed() {
        assertThatThrownBy(() -> TokenFile.open(file, IdWidth.BITS_16)).isInstanceOf(DataException.class)
                .hasMessage(file
                + ": the token ids cannot be read (no such file or directory); prepare the data again");
    }

    @Test
    void readingOutsideIsRefused() throws Exception {
        write(IdWidth.BITS_16, 1, 2, 3);
        TokenFile tokens = TokenFile.open(file, IdWidth.BITS_16);
        assertThatThrownBy(() -> tokens.get(3)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> tokens.read(2, new int[4], 0, 2)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> tokens.read(0, new int[2], 1, 2)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void widthChangesAfter65536Tokens() {
        assertThat(IdWidth.forVocabulary(65_536)).isEqualTo(IdWidth.BITS_16);
        assertThat(IdWidth.forVocabulary(65_537)).isEqualTo(IdWidth.BITS_32);
    }

    private void write(IdWidth width, int... ids) throws Exception {
        try (TokenFileWriter out = new TokenFileWriter(file, width)) {
            out.append(ids);
            out.finish();
        }
    }
}
