package inkhorn.checkpoint;

/**
 * The element types of the safetensors format. All of them may stand in a file; {@link SafetensorsReader} turns F32,
 * F16, BF16 and F64 into {@code float} and I32 and I64 into {@code int}. The others (masks in older GPT-2 files, for
 * example) can be passed over but not read.
 */
public enum Dtype {
    BOOL(1), U8(1), I8(1), F8_E4M3(1), F8_E5M2(1), F8_E8M0(1),
    I16(2), U16(2), F16(2), BF16(2),
    I32(4), U32(4), F32(4),
    I64(8), U64(8), F64(8), C64(8);

    private final int bytes;

    Dtype(int bytes) {
        this.bytes = bytes;
    }

    public int bytes() {
        return bytes;
    }

    boolean isFloat() {
        return this == F32 || this == F16 || this == BF16 || this == F64;
    }

    boolean isInt() {
        return this == I32 || this == I64;
    }

    /** IEEE 754 binary16 to float, exactly; {@code Float.float16ToFloat} only exists from JDK 20 on. */
    static float halfToFloat(short half) {
        int sign = (half & 0x8000) << 16;
        int exponent = (half >> 10) & 0x1f;
        int mantissa = half & 0x3ff;
        if (exponent == 0) {
            float subnormal = mantissa * 0x1p-24f;
            return sign == 0 ? subnormal : -subnormal;
        }
        int biased = exponent == 0x1f ? 0xff : exponent - 15 + 127;
        return Float.intBitsToFloat(sign | biased << 23 | mantissa << 13);
    }

    /** bfloat16 is the upper half of a float. */
    static float bfloat16ToFloat(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }
}
