package inkhorn.data.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Utf8ReaderTest {
    /** Pieces that a stream may cut anywhere: one to four bytes, and what is invalid or breaks off. */
    private static final byte[][] PIECES = {{'a'}, utf8("é"), utf8("字"), utf8("🚀"), {(byte) 0xFF}, {(byte) 0xC3},
        {(byte) 0xE2, (byte) 0x82},
        {(byte) 0xF0, (byte) 0x9F, (byte) 0x9A}, {(byte) 0xED, (byte) 0xA0, (byte) 0x80}, {(byte) 0xC0, (byte) 0x80},
        {(byte) 0x80}, {'\r', '\n'}};

    @Test
    void whereverTheStreamIsCutTheTextIsThatOfTheWhole() throws IOException {
        Random random = new Random(7);
        for (int round = 0; round < 300; round++) {
            byte[] bytes = random.ints(random.nextInt(60), 0, PIECES.length).mapToObj(i -> PIECES[i])
                    .collect(ByteArrayOutputStream::new, ByteArrayOutputStream::writeBytes, (a, b) -> { })
                    .toByteArray();
            String whole = new String(bytes, StandardCharsets.UTF_8);
            Utf8Reader reader = new Utf8Reader(inParts(bytes, random), "test");
            StringBuilder read = new StringBuilder();
            char[] buffer = new char[8];
            for (int n; (n = reader.read(buffer, 0, 1 + random.nextInt(8))) >= 0; ) {
                read.append(buffer, 0, n);
            }
            assertThat(read.toString()).as("round %d", round).isEqualTo(whole);
            assertThat(reader.malformed()).isEqualTo(whole.chars().filter(c -> c == '\uFFFD').count());
            int first = whole.indexOf('\uFFFD');
            assertThat(reader.firstMalformed()).isEqualTo(first < 0 ? -1 : utf8(whole.substring(0, first)).length);
        }
    }

    @Test
    void aMarkIsDroppedAtTheBeginningOnly() throws IOException {
        Utf8Reader reader = new Utf8Reader(inParts(utf8("\uFEFFa\uFEFFb"), new Random(1)), "test");
        char[] buffer = new char[8];
        int n = 0;
        for (int m; (m = reader.read(buffer, n, 8 - n)) >= 0; ) {
            n += m;
        }
        assertThat(new String(buffer, 0, n)).isEqualTo("a\uFEFFb");
    }

    /** One to three bytes a read, as pipes and sockets may. */
    private static FilterInputStream inParts(byte[] bytes, Random random) {
        return new FilterInputStream(new ByteArrayInputStream(bytes)) {
            @Override
            public int read(byte[] out, int at, int length) throws IOException {
                return super.read(out, at, Math.min(length, 1 + random.nextInt(3)));
            }
        };
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
