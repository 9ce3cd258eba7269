package inkhorn.checkpoint;

import inkhorn.data.files.FileTrace;
import inkhorn.data.files.RegularFile;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A file of little-endian tensors, mapped where it is read, whatever the format of its header. What is allocated is
 * bounded by the size of the file. Not for use by several threads at once.
 */
public final class MappedTensors implements Closeable {
    /** Bytes that are mapped at a time. */
    private static final int WINDOW = 1 << 30;
    private static final String SHORTER = "the file became shorter while it was read";

    private final Path file;
    private final FileChannel channel;
    private final long size;
    /** Mapped when they are first read from; Java unmaps them once nobody holds this reader. */
    private final Map<Long, ByteBuffer> windows = new HashMap<>();

    private MappedTensors(Path file, FileChannel channel) throws IOException {
        this.file = file;
        this.channel = channel;
        this.size = channel.size();
    }

    /** @throws CheckpointException (the user's error) where the file is missing or cannot be read */
    public static MappedTensors open(Path file) {
        FileChannel channel = null;
        boolean opened = false;
        try {
            RegularFile.require(file);
            FileTrace.read(file);
            channel = FileChannel.open(file, StandardOpenOption.READ);
            MappedTensors tensors = new MappedTensors(file, channel);
            opened = true;
            return tensors;
        } catch (IOException e) {
            throw CheckpointException.unreadable(file, e);
        } finally {
            if (!opened && channel != null) {
                closeQuietly(channel);
            }
        }
    }

    public Path file() {
        return file;
    }

    /** Bytes of the file when it was opened. */
    public long size() {
        return size;
    }

    /**
     * The first bytes of the file.
     *
     * @param length at most {@link #size}
     * @throws CheckpointException (the user's error) where they cannot be read
     */
    public ByteBuffer beginning(int length) {
        ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        try {
            while (bytes.hasRemaining()) {
                if (channel.read(bytes, bytes.position()) < 0) {
                    throw new EOFException(SHORTER);
                }
            }
        } catch (IOException e) {
            throw CheckpointException.unreadable(file, e);
        }
        return bytes.flip();
    }

    /**
     * The first GiB of the file, or the whole of a smaller one, mapped.
     *
     * @throws CheckpointException (the user's error) where it cannot be read
     */
    public ByteBuffer head() {
        try {
            return size == 0 ? ByteBuffer.allocate(0)
                    : window(0).duplicate().order(ByteOrder.LITTLE_ENDIAN);
        } catch (IOException e) {
            throw CheckpointException.unreadable(file, e);
        }
    }

    /**
     * Checks that tensors lie behind one another in the order of their offsets, without overlap, and without a hole but
     * for their alignment, up to the last byte.
     *
     * @param dataBytes how many bytes the file has for them
     * @param alignment of their offsets, in bytes
     * @return what is wrong
     */
    public static Optional<String> layoutFault(Collection<TensorInfo> tensors, long dataBytes, long alignment) {
        List<TensorInfo> sorted = new ArrayList<>(tensors);
        sorted.sort(Comparator.comparingLong(TensorInfo::begin).thenComparingLong(TensorInfo::end));
        long cursor = 0;
        String before = "the header";
        for (TensorInfo tensor : sorted) {
            long aligned = align(cursor, alignment);
            if (tensor.begin() < aligned) {
                return Optional.of(quote(tensor) + (tensor.begin() < cursor ? " overlaps " + before
                        : " begins at byte " + tensor.begin() + ", no multiple of " + alignment));
            }
            if (tensor.begin() > aligned) {
                return Optional.of("hole of " + (tensor.begin() - aligned) + " bytes between " + before + " and "
                        + quote(tensor));
            }
            if (tensor.end() > dataBytes) {
                return Optional.of("truncated, or its header lies: " + quote(tensor) + " ends at byte " + tensor.end()
                        + " of the data, the file holds " + dataBytes);
            }
            cursor = tensor.end();
            before = quote(tensor);
        }
        long rest = dataBytes - cursor;
        return rest == 0 || rest == align(cursor, alignment) - cursor ? Optional.empty()
                : Optional.of(rest + " bytes after the last tensor belong to none");
    }

    private static long align(long position, long alignment) {
        return (position + alignment - 1) / alignment * alignment;
    }

    private static String quote(TensorInfo tensor) {
        return "tensor " + CheckpointException.quote(tensor.name());
    }

    /**
     * Reads values of a tensor of type F32, F16, BF16 (exactly) or F64 (rounded to float).
     *
     * @param dataStart where the bytes begin that offsets are counted from
     * @param from      index of the first value that is read
     * @param target    not longer than what follows
     * @throws IllegalArgumentException where it is, or the tensor is of another type
     * @throws CheckpointException (the user's error) where the file has become shorter
     */
    public void read(TensorInfo info, long dataStart, int from, float[] target) {
        if (!info.dtype().isFloat() || from < 0 || target.length > info.elements() - from) {
            throw new IllegalArgumentException(info + " does not fit an array of " + target.length);
        }
        each(info, dataStart, from, target.length, (chunk, first, count) -> {
            switch (info.dtype()) {
                case F32 -> chunk.asFloatBuffer().get(target, first, count);
                case F64 -> doubles(chunk, target, first, count);
                case F16 -> halves(chunk, target, first, count);
                default -> bfloats(chunk, target, first, count);
            }
        });
    }

    /** Elements of a tensor that lie in one window. */
    interface Chunk {

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
    void each(TensorInfo info, long dataStart, int from, int length, Chunk chunk) {
        int bytes = info.dtype().bytes();
        try {
            int done = 0;
            while (done < length) {
                long begin = dataStart + info.begin() + ((long) from + done) * bytes;
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
        if (channel.size() < size) {
            throw new EOFException(SHORTER);
        }
        ByteBuffer window = windows.get(index);
        if (window == null) {
            long begin = index * WINDOW;
            window = channel.map(FileChannel.MapMode.READ_ONLY, begin,
                    Math.min((long) WINDOW + Double.BYTES, size - begin));
            windows.put(index, window);
        }
        return window;
    }

    @Override
    public void close() {
        windows.clear();
        closeQuietly(channel);
    }

    private static void closeQuietly(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            // Closing after reading loses nothing.
        }
    }
}
