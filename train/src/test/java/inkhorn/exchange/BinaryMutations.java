package inkhorn.exchange;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Damage and lies in a binary file, most of them in its header: other bytes and numbers, parts gone or doubled. */
final class BinaryMutations {
    private static final List<Long> NUMBERS = List.of(0L, 1L, 2L, 3L, 5L, 7L, 8L, 9L, 16L, 30L, 32L, 64L, 255L, 256L,
            65536L, Integer.MAX_VALUE - 8L, (long) Integer.MAX_VALUE, 1L << 31, (1L << 32) - 1, 1L << 32, 1L << 40,
            1L << 61, 1L << 62, Long.MAX_VALUE, Long.MIN_VALUE, -1L, -2L, -8L);

    private final Random random;
    private final int headerLength;

    BinaryMutations(long seed, int headerLength) {
        this.random = new Random(seed);
        this.headerLength = headerLength;
    }

    /** One to three mutations. */
    byte[] of(byte[] file) {
        byte[] mutated = file.clone();
        for (int i = 1 + random.nextInt(3); i > 0 && mutated.length > 0; i--) {
            mutated = once(mutated);
        }
        return mutated;
    }

    private byte[] once(byte[] file) {
        int header = Math.min(headerLength, file.length);
        int at = random.nextInt(10) == 0 ? random.nextInt(file.length) : random.nextInt(header);
        return switch (random.nextInt(8)) {
            case 0 -> {
                file[at] ^= (byte) (1 << random.nextInt(8));
                yield file;
            }
            case 1, 2 -> {
                file[at] = (byte) random.nextInt(256);
                yield file;
            }
            case 3, 4, 5 -> number(file, random.nextBoolean() ? at / 4 * 4 : at);
            case 6 -> {
                byte[] part = Arrays.copyOfRange(file, at, Math.min(file.length, at + 1 + random.nextInt(60)));
                int to = random.nextInt(header);
                System.arraycopy(part, 0, file, to, Math.min(part.length, file.length - to));
                yield file;
            }
            default -> resized(file, at);
        };
    }

    private byte[] number(byte[] file, int at) {
        ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        long value = NUMBERS.get(random.nextInt(NUMBERS.size()));
        if (random.nextBoolean() && at + Long.BYTES <= file.length) {
            bytes.putLong(at, value);
        } else if (at + Integer.BYTES <= file.length) {
            bytes.putInt(at, (int) value);
        }
        return file;
    }

    private byte[] resized(byte[] file, int at) {
        if (random.nextInt(3) == 0) {
            return Arrays.copyOf(file, random.nextBoolean() ? at : file.length + random.nextInt(65));
        }
        // A part is gone, and what follows moves up.
        int count = Math.min(file.length - at, 1 + random.nextInt(40));
        byte[] shorter = Arrays.copyOf(file, file.length - count);
        System.arraycopy(file, at + count, shorter, at, file.length - at - count);
        return shorter;
    }
}
