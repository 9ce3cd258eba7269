package inkhorn.data;

import inkhorn.data.files.AtomicFiles;
import inkhorn.data.files.FileTrace;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;

/**
 * Token ids in a file, mapped into memory: the raw little-endian unsigned integers of nanoGPT's {@code train.bin}, with
 * no header, so the width comes from elsewhere (a manifest). The heap holds none of it, whatever its size. Reading is
 * safe from any number of threads. The file must not change while it is open.
 */
public final class TokenFile implements DataSplit {
    /** Elements of the longest array that every JVM makes. */
    private static final int MOST_TOKENS = Integer.MAX_VALUE - 8;
    /** One mapping holds at most 2 GiB; a power of two keeps every id inside one mapping. */
    private static final int MAPPING_BITS = 30;

    private final Path path;
    private final IdWidth width;
    private final long length;
    private final int idsPerMappingBits;
    private final ByteBuffer[] mappings;

    private TokenFile(Path path, IdWidth width, long length, int idsPerMappingBits, ByteBuffer[] mappings) {
        this.path = path;
        this.width = width;
        this.length = length;
        this.idsPerMappingBits = idsPerMappingBits;
        this.mappings = mappings;
    }

    /** @throws DataException if the file cannot be read or its size is not a whole number of ids */
    public static TokenFile open(Path path, IdWidth width) {
        return open(path, width, MAPPING_BITS);
    }

    /**
     * Ids in memory, for a text that is not worth a file.
     *
     * @throws ArithmeticException for more ids than fit into one buffer, 536,870,911
     */
    public static TokenFile of(int[] ids) {
        ByteBuffer buffer = ByteBuffer.allocate(Math.multiplyExact(ids.length, Integer.BYTES))
                .order(ByteOrder.LITTLE_ENDIAN);
        buffer.asIntBuffer().put(ids);
        return new TokenFile(Path.of("memory"), IdWidth.BITS_32, ids.length, Integer.SIZE - 1,
                new ByteBuffer[] {buffer});
    }

    static TokenFile open(Path path, IdWidth width, int mappingBits) {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            FileTrace.read(path);
            long bytes = channel.size();
            if (bytes % width.bytes() != 0) {
                throw new DataException(path + ": " + bytes + " bytes are not a whole number of " + width.bits()
                        + "-bit ids; the file is damaged or of another width, prepare the data again");
            }
            long mappingBytes = 1L << mappingBits;
            ByteBuffer[] mappings = new ByteBuffer[Math.toIntExact((bytes + mappingBytes - 1) / mappingBytes)];
            for (int i = 0; i < mappings.length; i++) {
                long start = i * mappingBytes;
                MappedByteBuffer mapping = channel.map(FileChannel.MapMode.READ_ONLY, start,
                        Math.min(mappingBytes, bytes - start));
                mappings[i] = mapping.order(ByteOrder.LITTLE_ENDIAN);
            }
            int idsPerMappingBits = mappingBits - Integer.numberOfTrailingZeros(width.bytes());
            return new TokenFile(path, width, bytes / width.bytes(), idsPerMappingBits, mappings);
        } catch (IOException e) {
            throw new DataException(path + ": the token ids cannot be read (" + AtomicFiles.reason(e)
                    + "); prepare the data again", e);
        }
    }

    public Path path() {
        return path;
    }

    public IdWidth width() {
        return width;
    }

    public long length() {
        return length;
    }

    /**
     * @return the id at {@code position}, counted from 0
     * @throws IndexOutOfBoundsException unless {@code 0 <= position < length()}
     */
    public int get(long position) {
        Objects.checkIndex(position, length);
        return unchecked(position);
    }

    /**
     * Copies {@code count} ids, starting at {@code position} of the file, to {@code out[offset…]}. Allocates nothing.
     *
     * @throws IndexOutOfBoundsException if either range is not wholly inside
     */
    public void read(long position, int[] out, int offset, int count) {
        Objects.checkFromIndexSize(position, (long) count, length);
        Objects.checkFromIndexSize(offset, count, out.length);
        for (int i = 0; i < count; i++) {
            out[offset + i] = unchecked(position + i);
        }
    }

    @Override
    public BatchSource random(int batchSize, int blockSize, BatchSampler.Draw draw) {
        return new BatchSampler(this, batchSize, blockSize, draw);
    }

    @Override
    public BatchSequence inOrder(int batchSize, int blockSize) {
        return new EvalWindows(this, batchSize, blockSize);
    }

    /**
     * Does nothing if windows of this size can be read.
     *
     * @throws IllegalArgumentException if a size is not positive, or one array cannot hold a batch
     * @throws DataException if the file is shorter than {@code blockSize + 1}
     */
    void requireWindow(int batchSize, int blockSize) {
        if (batchSize < 1 || blockSize < 1) {
            throw new IllegalArgumentException(
                    "batch_size and block_size must be at least 1, got " + batchSize + " and " + blockSize);
        }
        if ((long) batchSize * blockSize > MOST_TOKENS) {
            throw new IllegalArgumentException("batch_size " + batchSize + " times block_size " + blockSize
                    + " must be at most " + MOST_TOKENS + ", the most that one array holds");
        }
        if (length < blockSize + 1L) {
            throw new DataException(path + ": the split has " + length + " tokens, but block_size " + blockSize
                    + " needs at least " + (blockSize + 1L)
                    + "; use a longer text, a smaller model.block_size, or another data.val_fraction");
        }
    }

    private int unchecked(long position) {
        ByteBuffer mapping = mappings[(int) (position >>> idsPerMappingBits)];
        int index = (int) (position & ((1L << idsPerMappingBits) - 1));
        return width == IdWidth.BITS_16 ? mapping.getShort(index << 1) & 0xFFFF : mapping.getInt(index << 2);
    }

    @Override
    public String toString() {
        return path + " (" + length + " ids of " + width.bits() + " bits)";
    }
}
