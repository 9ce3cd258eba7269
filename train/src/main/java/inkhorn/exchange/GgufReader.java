package inkhorn.exchange;

import inkhorn.checkpoint.CheckpointException;
import inkhorn.checkpoint.Dtype;
import inkhorn.checkpoint.MappedTensors;
import inkhorn.checkpoint.TensorInfo;
import java.io.Closeable;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * A GGUF file of version 2 or 3, as ggml/docs/gguf.md defines it. Everything in front of the tensors' numbers is
 * checked when the file is opened: counts, lengths, types, names, and where each tensor lies. Strings and arrays of the
 * metadata are read only when they are asked for.
 *
 * <p>Every fault in the file is a {@link CheckpointException} with {@link CheckpointException#isUserError()}.
 */
final class GgufReader implements Closeable {
    private static final String AGAIN = "; copy or download the file again";
    private static final int HEADER = 24;
    /** An empty name, a type and a byte. */
    private static final int LEAST_KEY = 13;
    /** An empty name, no axis, a type and an offset. */
    private static final int LEAST_TENSOR = 24;
    /** {@code GGML_MAX_DIMS}. */
    private static final int MOST_AXES = 4;
    /** Elements that the smallest type, of 1.6 bits, has in a byte. */
    private static final int MOST_PER_BYTE = 5;
    private static final String ALIGNMENT_KEY = "general.alignment";

    private final MappedTensors file;
    private final ByteBuffer in;
    private final Map<String, Value> metadata = new LinkedHashMap<>();
    private final Map<String, TensorInfo> tensors = new LinkedHashMap<>();
    /** Types that are not read, with the first tensor of such a type. */
    private final TreeSet<String> unread = new TreeSet<>();
    private String firstUnread;
    private long dataStart;

    private GgufReader(MappedTensors file) {
        this.file = file;
        this.in = file.head();
    }

    /**
     * A value of the metadata, where it lies.
     *
     * @param elements the type of an array's elements; null for any other value
     * @param count    elements of an array
     * @param position of the value, or of an array's first element
     */
    private record Value(GgufType type, GgufType elements, long count, int position) {
        String describe() {
            return type == GgufType.ARRAY ? "an array of " + elements : "of type " + type;
        }
    }

    /** @throws CheckpointException (the user's error) where the file is missing, damaged, lies or holds other types */
    static GgufReader open(Path path) {
        GgufReader reader = new GgufReader(MappedTensors.open(path));
        boolean opened = false;
        try {
            reader.readHeader();
            opened = true;
            return reader;
        } finally {
            if (!opened) {
                reader.close();
            }
        }
    }

    private void readHeader() {
        byte[] magic = new byte[Math.min(Integer.BYTES, in.remaining())];
        in.get(magic);
        if (!GgufFile.isBeginning(magic) || in.limit() < HEADER) {
            throw damaged("truncated, or not a GGUF file");
        }
        int version = in.getInt();
        if (version != 2 && version != GgufFile.VERSION) {
            throw fault((version & 0xFFFF) == 0 ? "is big-endian, only little-endian files can be read"
                    : "is of version " + version + " of GGUF, versions 2 and 3 can be read",
                    "convert the model with today's llama.cpp");
        }
        long tensorCount = count("tensors", LEAST_TENSOR);
        long keyCount = count("keys", LEAST_KEY);
        for (long i = 0; i < keyCount; i++) {
            String key = text("the name of a key");
            if (metadata.put(key, value(key)) != null) {
                throw damaged("key " + quote(key) + " appears twice");
            }
        }
        long alignment = metadata.containsKey(ALIGNMENT_KEY) ? whole(ALIGNMENT_KEY).orElseThrow()
                : GgufFile.ALIGNMENT;
        if (alignment < 1 || alignment > file.size() || Long.bitCount(alignment) != 1) {
            throw damaged(ALIGNMENT_KEY + " is " + alignment + ", not a power of 2 within the file");
        }
        for (long i = 0; i < tensorCount; i++) {
            readTensor();
        }
        if (!unread.isEmpty()) {
            throw fault("holds tensors of type " + String.join(", ", unread) + " (" + quote(firstUnread)
                    + " is the first), F32, F16 and BF16 can be read",
                    "take the model in one of these, as convert_hf_to_gguf.py --outtype f16 in llama.cpp makes it");
        }
        dataStart = (in.position() + alignment - 1) / alignment * alignment;
        Optional<String> fault = dataStart > file.size() && !tensors.isEmpty()
                ? Optional.of("truncated behind its header")
                : MappedTensors.layoutFault(tensors.values(), Math.max(0, file.size() - dataStart), alignment);
        if (fault.isPresent()) {
            throw damaged(fault.get());
        }
    }

    /** A number of things of which each has so many bytes at least. */
    private long count(String what, int leastBytes) {
        need(Long.BYTES, "the number of " + what);
        long count = in.getLong();
        if (count < 0 || count > in.remaining() / leastBytes) {
            throw damaged("truncated, or its header lies: it would have " + Long.toUnsignedString(count) + " " + what
                    + ", " + in.remaining() + " bytes follow");
        }
        return count;
    }

    private void need(long bytes, String what) {
        if (bytes < 0 || bytes > in.remaining()) {
            throw damaged("truncated, or its header lies: " + what + " would have " + Long.toUnsignedString(bytes)
                    + " bytes, " + in.remaining() + " follow");
        }
    }

    private String text(String what) {
        need(Long.BYTES, what);
        long length = in.getLong();
        need(length, what);
        ByteBuffer bytes = in.slice(in.position(), (int) length);
        in.position(in.position() + (int) length);
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
        } catch (CharacterCodingException e) {
            throw damaged(what + " is not UTF-8");
        }
    }

    /** Reads a type and passes over the value. */
    private Value value(String key) {
        GgufType type = type(key);
        if (type != GgufType.ARRAY) {
            Value value = new Value(type, null, 1, in.position());
            pass(key, type, 1);
            return value;
        }
        GgufType elements = type(key);
        if (elements == GgufType.ARRAY) {
            throw damaged("key " + quote(key) + " is an array of arrays");
        }
        long count = count("elements of " + quote(key), elements.leastBytes());
        Value value = new Value(type, elements, count, in.position());
        pass(key, elements, count);
        return value;
    }

    private GgufType type(String key) {
        need(Integer.BYTES, "the type of " + quote(key));
        int number = in.getInt();
        return GgufType.of(number).orElseThrow(() -> damaged("key " + quote(key) + " is of type " + number
                + ", which does not exist"));
    }

    private void pass(String key, GgufType type, long count) {
        if (type != GgufType.STRING) {
            need(count * type.leastBytes(), quote(key));
            in.position(in.position() + (int) (count * type.leastBytes()));
            return;
        }
        for (long i = 0; i < count; i++) {
            need(Long.BYTES, quote(key));
            long length = in.getLong();
            need(length, quote(key));
            in.position(in.position() + (int) length);
        }
    }

    private void readTensor() {
        String name = text("the name of a tensor");
        need(Integer.BYTES, "the number of axes of tensor " + quote(name));
        int axes = in.getInt();
        if (axes < 1 || axes > MOST_AXES) {
            throw damaged("tensor " + quote(name) + " has " + Integer.toUnsignedString(axes) + " axes, expected 1 to "
                    + MOST_AXES);
        }
        need(axes * Long.BYTES + Integer.BYTES + Long.BYTES, "what tensor " + quote(name) + " is");
        int[] shape = new int[axes];
        long elements = 1;
        for (int axis = axes - 1; axis >= 0; axis--) {
            long size = in.getLong();
            if (size < 1 || size > Integer.MAX_VALUE || elements > MOST_PER_BYTE * file.size() / size) {
                throw damaged("tensor " + quote(name) + " is larger than the file, or empty");
            }
            elements *= size;
            shape[axis] = (int) size;
        }
        int type = in.getInt();
        long begin = in.getLong();
        Optional<Dtype> dtype = GgmlType.type(type);
        if (dtype.isEmpty()) {
            unread.add(GgmlType.name(type).orElseThrow(() -> damaged("tensor " + quote(name) + " is of type "
                    + type + ", which does not exist")));
            firstUnread = firstUnread == null ? name : firstUnread;
            return;
        }
        long bytes = elements * dtype.get().bytes();
        if (begin < 0 || begin > file.size() || bytes > file.size() - begin) {
            throw damaged("truncated, or its header lies: tensor " + quote(name) + " would begin at byte "
                    + Long.toUnsignedString(begin) + " of the data and have " + bytes + ", the file has "
                    + file.size());
        }
        if (tensors.put(name, new TensorInfo(name, dtype.get(), shape, begin, begin + bytes)) != null) {
            throw damaged("tensor " + quote(name) + " appears twice");
        }
    }

    /** By name, in the order of the file; shapes are row-major, the innermost size last. */
    Map<String, TensorInfo> tensors() {
        return Collections.unmodifiableMap(tensors);
    }

    /** As {@link MappedTensors#read}. */
    void read(TensorInfo tensor, int from, float[] target) {
        file.read(tensor, dataStart, from, target);
    }

    boolean has(String key) {
        return metadata.containsKey(key);
    }

    /** A string; empty where the key is absent. */
    Optional<String> string(String key) {
        return of(key, type(key, false) == GgufType.STRING, "a string").map(value -> {
            in.position(value.position());
            return text(quote(key));
        });
    }

    /** A number of an integer type; empty where the key is absent. */
    Optional<Long> whole(String key) {
        return of(key, isWhole(type(key, false)), "a whole number").map(value -> whole(value.type(),
                value.position()));
    }

    /** A number of a floating-point type, as written with the fewest digits; empty where the key is absent. */
    Optional<Double> decimal(String key) {
        GgufType type = type(key, false);
        return of(key, type == GgufType.FLOAT32 || type == GgufType.FLOAT64, "a number").map(value ->
                // 1e-5 and not 9.999999747378752e-6, which is the float nearest to it.
                type == GgufType.FLOAT32 ? Double.parseDouble(Float.toString(in.getFloat(value.position())))
                        : in.getDouble(value.position()));
    }

    /** Strings; empty where the key is absent. */
    Optional<List<String>> texts(String key) {
        return of(key, type(key, true) == GgufType.STRING, "an array of strings").map(value -> {
            in.position(value.position());
            List<String> texts = new ArrayList<>((int) value.count());
            for (long i = 0; i < value.count(); i++) {
                texts.add(text(quote(key)));
            }
            return texts;
        });
    }

    /** Elements of an array; 0 where the key is absent or no array. */
    long length(String key) {
        return type(key, true) == null ? 0 : metadata.get(key).count();
    }

    /** Numbers of an integer type; empty where the key is absent. */
    Optional<long[]> wholes(String key) {
        GgufType elements = type(key, true);
        return of(key, isWhole(elements), "an array of whole numbers").map(value -> {
            long[] numbers = new long[(int) value.count()];
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = whole(elements, value.position() + i * elements.leastBytes());
            }
            return numbers;
        });
    }

    /** Null where the key is absent or of the other kind. */
    private GgufType type(String key, boolean ofElements) {
        Value value = metadata.get(key);
        return value == null ? null : ofElements ? value.elements() : value.type();
    }

    private Optional<Value> of(String key, boolean fits, String wanted) {
        Value value = metadata.get(key);
        if (value != null && !fits) {
            throw damaged("key " + quote(key) + " is " + value.describe() + ", expected " + wanted);
        }
        return Optional.ofNullable(value);
    }

    private static boolean isWhole(GgufType type) {
        return type != null && switch (type) {
            case UINT8, INT8, UINT16, INT16, UINT32, INT32, UINT64, INT64 -> true;
            default -> false;
        };
    }

    /** A number from 2^63 on comes out negative. */
    private long whole(GgufType type, int position) {
        return switch (type) {
            case UINT8 -> in.get(position) & 0xFF;
            case INT8 -> in.get(position);
            case UINT16 -> in.getShort(position) & 0xFFFF;
            case INT16 -> in.getShort(position);
            case UINT32 -> in.getInt(position) & 0xFFFF_FFFFL;
            case INT32 -> in.getInt(position);
            default -> in.getLong(position);
        };
    }

    /** What is wrong with the file, and that it is damaged. */
    CheckpointException damaged(String what) {
        return CheckpointException.userError(file.file() + ": " + what + AGAIN);
    }

    /** What the file has that cannot be read, and what to do. */
    CheckpointException fault(String what, String advice) {
        return fault(what + "; " + advice);
    }

    /** @param message that says what to do already */
    CheckpointException fault(String message) {
        return CheckpointException.userError(file.file() + ": " + message);
    }

    private static String quote(String text) {
        return CheckpointException.quote(text);
    }

    @Override
    public void close() {
        file.close();
    }
}
