package inkhorn.checkpoint;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file of little-endian numbers, bytes and tensors, written from front to back. The arrays of tensors are converted
 * chunk by chunk and never copied whole.
 */
public final class BinaryOutput implements Closeable {
    private static final int CHUNK = 1 << 18;

    private final FileChannel channel;
    // Direct, because the channel would otherwise copy every chunk through a direct buffer of its own.
    private final ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK).order(ByteOrder.LITTLE_ENDIAN);
    private long drained;

    private BinaryOutput(FileChannel channel) {
        this.channel = channel;
    }

    /** Opens a file, whose earlier content is lost. */
    public static BinaryOutput create(Path file) throws IOException {
        return new BinaryOutput(FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING));
    }

    /** Bytes written so far. */
    public long position() {
        return drained + chunk.position();
    }

    public void writeByte(int value) throws IOException {
        room(Byte.BYTES).put((byte) value);
    }

    public void writeInt(int value) throws IOException {
        room(Integer.BYTES).putInt(value);
    }

    public void writeLong(long value) throws IOException {
        room(Long.BYTES).putLong(value);
    }

    public void writeFloat(float value) throws IOException {
        room(Float.BYTES).putFloat(value);
    }

    public void writeBytes(byte[] bytes) throws IOException {
        for (int done = 0; done < bytes.length; ) {
            int count = Math.min(room(1).remaining(), bytes.length - done);
            chunk.put(bytes, done, count);
            done += count;
        }
    }

    /** Writes zeros up to the next multiple of {@code alignment} bytes. */
    public void align(int alignment) throws IOException {
        while (position() % alignment != 0) {
            writeByte(0);
        }
    }

    /**
     * Writes values in a type of floating-point numbers, rounded to the nearest and from halfway to the even one.
     *
     * @throws IllegalArgumentException for a type that {@link Dtype#isWritten} denies
     */
    public void writeFloats(float[] values, Dtype type) throws IOException {
        drain();
        for (int done = 0; done < values.length; ) {
            int count = Math.min(CHUNK / type.bytes(), values.length - done);
            type.encode(values, done, count, chunk);
            done += count;
            drain();
        }
    }

    /** Waits until the bytes are on the disk. */
    public void sync() throws IOException {
        drain();
        channel.force(true);
    }

    @Override
    public void close() throws IOException {
        try (channel) {
            drain();
        }
    }

    private ByteBuffer room(int bytes) throws IOException {
        if (chunk.remaining() < bytes) {
            drain();
        }
        return chunk;
    }

    private void drain() throws IOException {
        chunk.flip();
        drained += chunk.remaining();
        while (chunk.hasRemaining()) {
            channel.write(chunk);
        }
        chunk.clear();
    }
}
