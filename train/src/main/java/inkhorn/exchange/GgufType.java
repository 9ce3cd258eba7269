package inkhorn.exchange;

import java.util.Optional;

/**
 * The types of values in a GGUF file's metadata, {@code gguf_metadata_value_type} in ggml/docs/gguf.md: the number of
 * each in a file is its place here.
 */
enum GgufType {
    UINT8(1), INT8(1), UINT16(2), INT16(2), UINT32(4), INT32(4), FLOAT32(4), BOOL(1),
    /** Its length in 8 bytes, then UTF-8. */
    STRING(8),
    /** The type of its elements in 4 bytes, their number in 8, then the elements. */
    ARRAY(12),
    UINT64(8), INT64(8), FLOAT64(8);

    private final int leastBytes;

    GgufType(int leastBytes) {
        this.leastBytes = leastBytes;
    }

    /** The bytes of a value; of a string and an array those of an empty one. */
    int leastBytes() {
        return leastBytes;
    }

    int number() {
        return ordinal();
    }

    static Optional<GgufType> of(int number) {
        return number >= 0 && number < values().length ? Optional.of(values()[number]) : Optional.empty();
    }
}
