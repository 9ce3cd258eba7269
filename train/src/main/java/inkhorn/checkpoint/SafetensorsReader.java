package inkhorn.checkpoint;

import java.io.Closeable;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
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
    private static final String AGAIN = "; copy or download the file again";
    private static final byte[] LFS_POINTER = "version ".getBytes(StandardCharsets.US_ASCII);

    private final Path file;
    private final MappedTensors tensors;
    private final SafetensorsHeader header;
    private final long dataStart;

    private SafetensorsReader(MappedTensors tensors) {
        this.tensors = tensors;
        this.file = tensors.file();
        int length = headerLength(tensors.size());
        ByteBuffer bytes = tensors.beginning(Long.BYTES + length);
        this.dataStart = Long.BYTES + length;
        try {
            this.header = SafetensorsHeader.decode(Arrays.copyOfRange(bytes.array(), Long.BYTES, Long.BYTES + length),
                    tensors.size() - dataStart);
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
        MappedTensors tensors = MappedTensors.open(file);
        boolean opened = false;
        try {
            SafetensorsReader reader = new SafetensorsReader(tensors);
            opened = true;
            return reader;
        } finally {
            if (!opened) {
                tensors.close();
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
            throw CheckpointException.userError(file + ": has no tensor " + CheckpointException.quote(name)
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
            throw CheckpointException.userError(file + ": tensor " + CheckpointException.quote(name) + " is of type "
                    + info.dtype() + "; convert it to F32, F16, BF16 or F64");
        }
        tensors.read(info, dataStart, from, target);
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
            throw CheckpointException.userError(file + ": tensor " + CheckpointException.quote(name) + " is of type "
                    + info.dtype() + "; convert it to I32 or I64");
        }
        int[] target = new int[arrayLength(info)];
        tensors.each(info, dataStart, 0, target.length, (chunk, first, count) -> {
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
        tensors.close();
    }

    private int headerLength(long size) {
        if (size < Long.BYTES) {
            throw damaged("truncated: " + size + " bytes, not even the 8 of the header's length");
        }
        ByteBuffer prefix = tensors.beginning(Long.BYTES);
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
        return (int) length;
    }

    private int arrayLength(TensorInfo info) {
        if (info.elements() > Integer.MAX_VALUE - 8) {
            throw CheckpointException.userError(file + ": tensor " + CheckpointException.quote(info.name()) + " has "
                    + info.elements() + " elements, a Java array holds 2147483639; use a smaller model");
        }
        return (int) info.elements();
    }

    private int toInt(String name, long value) {
        if (value != (int) value) {
            throw CheckpointException.userError(file + ": tensor " + CheckpointException.quote(name) + " holds " + value
                    + ", beyond 32 bits; store values from -2147483648 to 2147483647");
        }
        return (int) value;
    }

    private CheckpointException damaged(String what) {
        return CheckpointException.userError(file + ": " + what + AGAIN);
    }
}
