package inkhorn.checkpoint;

import inkhorn.data.files.FileTrace;
import inkhorn.data.files.RegularFile;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A safetensors file opened for reading. The header is read and checked whole when the file is opened; tensors are
 * copied out of the mapped file when asked for. What is allocated is bounded by the size of the file, whatever its
 * header says.
 *
 * <p>Every fault in the file is a {@link CheckpointException} with {@link CheckpointException#isUserError()}. Not for
 * use by several threads at once.
 */
public final class SafetensorsReader implements Closeable {
    /** Bytes of the data that are mapped at a time: a multiple of every element's size. */
    private static final int WINDOW = 1 << 30;
    private static final String AGAIN = "; copy or download the file again";
    private static final String SHORTER = "the file became shorter while it was read";
    private static final byte[] LFS_POINTER = "version ".getBytes(StandardCharsets.US_ASCII);

    private final Path file;
    private final FileChannel channel;
    private final SafetensorsHeader header;
    private final long fileSize;
    private final long dataStart;
    /** Mapped when they are first read from; Java unmaps them once nobody holds this reader. */
    private final Map<Long, ByteBuffer> windows = new HashMap<>();

    private SafetensorsReader(Path file, FileChannel channel) throws IOException {
        this.file = file;
        this.channel = channel;
        this.fileSize = channel.size();
        long length = headerLength(fileSize);
        ByteBuffer bytes = ByteBuffer.allocate((int) length);
        fill(bytes, Long.BYTES);
        this.dataStart = Long.BYTES + length;
        try {
            this.header = SafetensorsHeader.decode(bytes.array(), fileSize - dataStart);
        } catch (SafetensorsHeader.Malformed e) {
            throw damaged(e.getMessage());
        }
    }

    /**
     * Opens a file and checks its header.
     *
     * @throws CheckpointException where the file is missing, cannot be read, is truncated or is not a sound safetensors
     *     file
     */
    public static SafetensorsReader open(Path file) {
        if (Files.isDirectory(file)) {
            throw CheckpointException.userError(file + ": is a directory; name the .safetensors file in it");
        }
        FileChannel channel = null;
        boolean opened = false;
        try {
            RegularFile.require(file);
            FileTrace.read(file);
            channel = FileChannel.open(file, StandardOpenOption.READ);
            SafetensorsReader reader = new SafetensorsReader(file, channel);
            opened = true;
            return reader;
        } catch (IOException e) {
            throw CheckpointException.unreadable(file, e);
        } finally {
            if (!opened && channel != null) {
                closeQuietly(channel);
            }
        }
    }

    Path file() {
        return file;
    }

    /** Names of the tensors, in the order of the header. */
    public Set<String> names() {
        return Collections.unmodifiableSet(header.tensors().keySet());
    }

    /** The {@code __metadata__} of the file; empty where it has none. */
    public Map<String, String> metadata() {
        return Collections.unmodifiableMap(header.metadata());
    }

    /**
     * Type and shape of a tensor.
     *
     * @throws CheckpointException where the file has no tensor of this name
     */
    public TensorInfo info(String name) {
        TensorInfo info = header.tensors().get(name);
        if (info == null) {
            throw CheckpointException.userError(file + ": has no tensor " + SafetensorsHeader.quote(name)
                    + " (it holds " + header.tensors().size() + "); use a file of the model that is being loaded");
        }
        return info;
    }

    /**
     * Reads a tensor of type F32, F16, BF16 (exactly) or F64 (rounded to float).
     *
     * @throws CheckpointException where it is missing, of another type, too large for a Java array, or cut off
     */
    public NamedTensor read(String name) {
        TensorInfo info = info(name);
        float[] data = new float[arrayLength(info)];
        read(name, 0, data);
        return new NamedTensor(name, info.shape(), data);
    }

    /**
     * Reads a tensor as {@link #read(String)} does, into an array that is there already: weights need no second copy.
     *
     * @param from   index of the first value that is read
     * @param target not longer than what follows
     * @throws IllegalArgumentException where it is
     */
    public void read(String name, int from, float[] target) {
        TensorInfo info = info(name);
        if (!info.dtype().isFloat()) {
            throw CheckpointException.userError(file + ": tensor " + SafetensorsHeader.quote(name) + " is of type "
                    + info.dtype() + "; convert it to F32, F16, BF16 or F64");
        }
        if (from < 0 || target.length > info.elements() - from) {
            throw new IllegalArgumentException(info + " does not fit an array of " + target.length);
        }
        eachChunk(info, from, target.length, (chunk, first, count) -> {
            switch (info.dtype()) {
                case F32 -> chunk.asFloatBuffer().get(target, first, count);
                case F64 -> doubles(chunk, target, first, count);
                case F16 -> halves(chunk, target, first, count);
                default -> bfloats(chunk, target, first, count);
            }
        });
    }

    /**
     * Reads a tensor of type I32 or I64.
     *
     * @return its values in row-major order; {@link #info} has the shape
     * @throws CheckpointException where it is missing, of another type, cut off, or a value is beyond 32 bits
     */
    public int[] readInts(String name) {
        TensorInfo info = info(name);
        if (!info.dtype().isInt()) {
            throw CheckpointException.userError(file + ": tensor " + SafetensorsHeader.quote(name) + " is of type "
                    + info.dtype() + "; convert it to I32 or I64");
        }
        int[] target = new int[arrayLength(info)];
        eachChunk(info, 0, target.length, (chunk, first, count) -> {
            if (info.dtype() == Dtype.I32) {
                chunk.asIntBuffer().get(target, first, count);
            } else {
                for (int i = 0; i < count; i++) {
                    target[first + i] = toInt(name, chunk.getLong(i * Long.BYTES));
                }
            }
        });
        return target;
    }

    /** Reads every tensor, in the order of the header; {@link #read(String)} says what is thrown. */
    public List<NamedTensor> readAll() {
        List<NamedTensor> all = new ArrayList<>();
        for (String name : names()) {
            all.add(read(name));
        }
        return all;
    }

    @Override
    public void close() {
        windows.clear();
        closeQuietly(channel);
    }

    /** Elements of a tensor that lie in one window. */
    private interface Chunk {

        /**
         * @param bytes begins with the first of them
         * @param first how many elements were handed over before
         * @param count how many there are
         */
        void take(ByteBuffer bytes, int first, int count);
    }

    private static void doubles(ByteBuffer from, float[] target, int first, int count) {
        for (int i = 0; i < count; i++) {
            target[first + i] = (float) from.getDouble(i * Double.BYTES);
        }
    }

    private static void halves(ByteBuffer from, float[] target, int first, int count) {
        for (int i = 0; i < count; i++) {
            target[first + i] = Dtype.halfToFloat(from.getShort(i * Short.BYTES));
        }
    }

    private static void bfloats(ByteBuffer from, float[] target, int first, int count) {
        for (int i = 0; i < count; i++) {
            target[first + i] = Dtype.bfloat16ToFloat(from.getShort(i * Short.BYTES));
        }
    }

    /** Hands over {@code length} elements of a tensor from index {@code from} on. */
    private void eachChunk(TensorInfo info, int from, int length, Chunk chunk) {
        int bytes = info.dtype().bytes();
        try {
            int done = 0;
            while (done < length) {
                long begin = info.begin() + ((long) from + done) * bytes;
                int offset = (int) (begin % WINDOW);
                ByteBuffer window = window(begin / WINDOW);
                int count = Math.min((window.capacity() - offset) / bytes, length - done);
                chunk.take(window.slice(offset, count * bytes).order(ByteOrder.LITTLE_ENDIAN), done, count);
                done += count;
            }
        } catch (IOException e) {
            throw CheckpointException.unreadable(file, e);
        } catch (InternalError e) {
            // What Java throws where a page of a mapped file is no longer there.
            throw CheckpointException.unreadable(file, new EOFException(SHORTER));
        }
    }

    /** A window and the few bytes behind it that an element which begins in it may need. */
    private ByteBuffer window(long index) throws IOException {
        if (channel.size() < fileSize) {
            throw new EOFException(SHORTER);
        }
        ByteBuffer window = windows.get(index);
        if (window == null) {
            long begin = dataStart + index * WINDOW;
            window = channel.map(FileChannel.MapMode.READ_ONLY, begin,
                    Math.min((long) WINDOW + Double.BYTES, fileSize - begin));
            windows.put(index, window);
        }
        return window;
    }

    private void fill(ByteBuffer buffer, long position) throws IOException {
        while (buffer.hasRemaining()) {
            int count = channel.read(buffer, position);
            if (count < 0) {
                throw new EOFException(SHORTER);
            }
            position += count;
        }
        buffer.flip();
    }

    private long headerLength(long size) throws IOException {
        if (size < Long.BYTES) {
            throw damaged("truncated: " + size + " bytes, not even the 8 of the header's length");
        }
        ByteBuffer prefix = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        fill(prefix, 0);
        if (Arrays.equals(prefix.array(), LFS_POINTER)) {
            throw CheckpointException.userError(file + ": is a Git LFS pointer, not the file itself; run git lfs pull");
        }
        long length = prefix.getLong(0);
        if (length < 0 || length > SafetensorsHeader.MAX_BYTES) {
            throw damaged("not a safetensors file, or damaged: its header would have " + Long.toUnsignedString(length)
                    + " bytes, the format allows " + SafetensorsHeader.MAX_BYTES);
        }
        if (length > size - Long.BYTES) {
            throw damaged("truncated, or not a safetensors file: its header would have " + length
                    + " bytes, the file has " + size);
        }
        return length;
    }

    private int arrayLength(TensorInfo info) {
        if (info.elements() > Integer.MAX_VALUE - 8) {
            throw CheckpointException.userError(file + ": tensor " + SafetensorsHeader.quote(info.name()) + " has "
                    + info.elements() + " elements, a Java array holds 2147483639; use a smaller model");
        }
        return (int) info.elements();
    }

    private int toInt(String name, long value) {
        if (value != (int) value) {
            throw CheckpointException.userError(file + ": tensor " + SafetensorsHeader.quote(name) + " holds " + value
                    + ", beyond 32 bits; store values from -2147483648 to 2147483647");
        }
        return (int) value;
    }

    private CheckpointException damaged(String what) {
        return CheckpointException.userError(file + ": " + what + AGAIN);
    }

    private static void closeQuietly(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            // Closing after reading loses nothing.
        }
    }
}
