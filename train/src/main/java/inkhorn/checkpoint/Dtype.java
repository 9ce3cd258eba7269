package inkhorn.checkpoint;

import java.nio.ByteBuffer;

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

    /** Whether Inkhorn writes tensors in this type. */
    public boolean isWritten() {
        return this == F32 || this == F16 || this == BF16;
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

    /** Appends values to a little-endian buffer that has room for them. */
    void encode(float[] values, int from, int count, ByteBuffer to) {
        switch (this) {
            case F32 -> {
                to.asFloatBuffer().put(values, from, count);
                to.position(to.position() + count * Float.BYTES);
            }
            case F16 -> {
                for (int i = from; i < from + count; i++) {
                    to.putShort(floatToHalf(values[i]));
                }
            }
            case BF16 -> {
                for (int i = from; i < from + count; i++) {
                    to.putShort(floatToBfloat16(values[i]));
                }
            }
            default -> throw new IllegalArgumentException("tensors are written as F32, F16 or BF16, not as " + this);
        }
    }

    /**
     * Float to IEEE 754 binary16, to the nearest and from halfway to the even one. Beyond 65,504 it is infinite; a NaN
     * keeps its sign and its upper bits.
     */
    static short floatToHalf(float value) {
        int bits = Float.floatToRawIntBits(value);
        int sign = bits >>> 16 & 0x8000;
        int magnitude = bits & 0x7fff_ffff;
        if (magnitude > 0x7f80_0000) {
            int payload = magnitude >>> 13 & 0x3ff;
            return (short) (sign | 0x7c00 | (payload == 0 ? 0x200 : payload));
        }
        if (magnitude >= 0x4780_0000) {         // 2^16
            return (short) (sign | 0x7c00);
        }
        if (magnitude < 0x3880_0000) {          // 2^-14: subnormal there, in steps of 2^-24
            return (short) (sign | (int) Math.rint(Math.abs(value) * 0x1p24f));
        }
        int rebiased = magnitude - (127 - 15 << 23);
        return (short) (sign | rebiased + 0xfff + (rebiased >>> 13 & 1) >>> 13);
    }

    /** Float to bfloat16, rounded as {@link #floatToHalf}. */
    static short floatToBfloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        if ((bits & 0x7fff_ffff) > 0x7f80_0000) {
            int upper = bits >>> 16;
            return (short) ((upper & 0x7f) == 0 ? upper | 0x40 : upper);
        }
        return (short) (bits + 0x7fff + (bits >>> 16 & 1) >>> 16);
    }
}
