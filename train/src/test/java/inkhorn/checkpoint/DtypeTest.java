package inkhorn.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class DtypeTest {

    private static final int PATTERNS = 1 << 16;

    @Test
    void everyHalfComesBackFromFloat() {
        for (int bits = 0; bits < PATTERNS; bits++) {
            float value = Dtype.halfToFloat((short) bits);
            assertThat(Dtype.floatToHalf(value)).as("%04x", bits).isEqualTo((short) bits);
        }
    }

    @Test
    void everyBfloat16ComesBackFromFloat() {
        for (int bits = 0; bits < PATTERNS; bits++) {
            float value = Dtype.bfloat16ToFloat((short) bits);
            assertThat(Dtype.floatToBfloat16(value)).as("%04x", bits).isEqualTo((short) bits);
        }
    }

    @Test
    void halvesHaveTheValuesOfTheirDefinition() {
        for (int bits = 0; bits < 0x7c00; bits++) {
            int exponent = bits >> 10;
            double value = exponent == 0 ? Math.scalb((double) bits, -24)
                    : Math.scalb(1024.0 + (bits & 0x3ff), exponent - 25);
            assertThat((double) Dtype.halfToFloat((short) bits)).as("%04x", bits).isEqualTo(value);
            assertThat((double) Dtype.halfToFloat((short) (bits | 0x8000))).as("-%04x", bits).isEqualTo(-value);
        }
    }

    /** Between each half and the next: halfway to the even one, a float less down, a float more up. */
    @Test
    void floatsBetweenHalvesAreRoundedToTheNearestAndFromHalfwayToTheEven() {
        for (int bits = 0; bits < 0x7bff; bits++) {
            float middle = (Dtype.halfToFloat((short) bits) + Dtype.halfToFloat((short) (bits + 1))) / 2;
            assertRounding(bits, middle, Dtype.floatToHalf(middle), Dtype.floatToHalf(Math.nextDown(middle)),
                    Dtype.floatToHalf(Math.nextUp(middle)));
        }
        assertThat(Dtype.floatToHalf(65_519.996f)).isEqualTo((short) 0x7bff);
        assertThat(Dtype.floatToHalf(-65_520f)).as("infinite").isEqualTo((short) 0xfc00);
    }

    @Test
    void floatsBetweenBfloat16sAreRoundedToTheNearestAndFromHalfwayToTheEven() {
        for (int bits = 0; bits < 0x7f7f; bits++) {
            float middle = Float.intBitsToFloat(bits << 16 | 0x8000);
            assertRounding(bits, middle, Dtype.floatToBfloat16(middle), Dtype.floatToBfloat16(Math.nextDown(middle)),
                    Dtype.floatToBfloat16(Math.nextUp(middle)));
        }
        assertThat(Dtype.floatToBfloat16(Float.MAX_VALUE)).as("infinite").isEqualTo((short) 0x7f80);
        assertThat(Float.isNaN(Dtype.bfloat16ToFloat(Dtype.floatToBfloat16(Float.intBitsToFloat(0x7f80_0001)))))
                .isTrue();
    }

    private static void assertRounding(int bits, float middle, short tie, short below, short above) {
        assertThat(tie).as("tie %s", middle).isEqualTo((short) (bits + (bits & 1)));
        assertThat(below).as("below %s", middle).isEqualTo((short) bits);
        assertThat(above).as("above %s", middle).isEqualTo((short) (bits + 1));
    }
}
