package inkhorn.data;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** How many bits one id takes in a {@link TokenFile}; ids are unsigned and little-endian. */
public enum IdWidth {
    BITS_16(16, 0xFFFFL),
    BITS_32(32, Integer.MAX_VALUE);

    private final int bits;
    private final long largest;

    IdWidth(int bits, long largest) {
        this.bits = bits;
        this.largest = largest;
    }

    /** The narrowest width that holds every id of a vocabulary: 16 bits up to 65,536 tokens. */
    public static IdWidth forVocabulary(int vocabSize) {
        return vocabSize <= 65_536 ? BITS_16 : BITS_32;
    }

    /** @throws IllegalArgumentException unless {@code bits} is 16 or 32 */
    @JsonCreator
    public static IdWidth ofBits(int bits) {
        return switch (bits) {
            case 16 -> BITS_16;
            case 32 -> BITS_32;
            default -> throw new IllegalArgumentException("ids have 16 or 32 bits, not " + bits);
        };
    }

    @JsonValue
    public int bits() {
        return bits;
    }

    public int bytes() {
        return bits / 8;
    }

    /** The largest id that can be stored; ids are Java ints, so the top bit of 32 stays unused. */
    public long largest() {
        return largest;
    }
}
