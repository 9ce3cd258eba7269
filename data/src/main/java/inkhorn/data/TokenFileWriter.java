package inkhorn.data;

import inkhorn.data.files.AtomicFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Writes a {@link TokenFile} as a stream, in constant memory. The file appears, whole and synced, with {@link #finish};
 * closing without it leaves nothing behind and whatever stood there before untouched.
 *
 * <pre>{@code
 * try (TokenFileWriter out = new TokenFileWriter(path, IdWidth.BITS_16)) {
 *     out.append(ids);
 *     out.finish();
 * }
 * }</pre>
 */
public final class TokenFileWriter implements AutoCloseable {
    private final Path path;
    private final IdWidth width;
    private final Path temporary;
    private final FileChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 16).order(ByteOrder.LITTLE_ENDIAN);
    private long length;

    /** @throws IOException if a file cannot be made beside {@code path} */
    public TokenFileWriter(Path path, IdWidth width) throws IOException {
        this.path = path;
        this.width = width;
        this.temporary = AtomicFiles.temporaryFor(path);
        this.channel = FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }

    public void append(int[] ids) throws IOException {
        append(ids, 0, ids.length);
    }

    /**
     * @throws IllegalArgumentException if an id is negative or too large for the width; the writer must be closed then
     */
    public void append(int[] ids, int offset, int count) throws IOException {
        for (int i = offset; i < offset + count; i++) {
            int id = ids[i];
            if (id < 0 || id > width.largest()) {
                throw new IllegalArgumentException(path + ": id " + id + " does not fit in " + width.bits()
                        + " bits (0 to " + width.largest() + ")");
            }
            if (buffer.remaining() < width.bytes()) {
                flush();
            }
            if (width == IdWidth.BITS_16) {
                buffer.putShort((short) id);
            } else {
                buffer.putInt(id);
            }
        }
        length += count;
    }

    /** Ids written so far. */
    public long length() {
        return length;
    }

    /** Syncs what was written and moves it to its place. */
    public void finish() throws IOException {
        flush();
        channel.force(true);
        channel.close();
        AtomicFiles.moveInPlace(temporary, path);
    }

    @Override
    public void close() throws IOException {
        channel.close();
        Files.deleteIfExists(temporary);
    }

    private void flush() throws IOException {
        buffer.flip();
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
        buffer.clear();
    }
}
