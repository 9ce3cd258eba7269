package inkhorn.data.tokenizer.bpe;

import java.util.Arrays;

/**
 * Numbers pairs of ids 0, 1, 2, … in the order they come, by open addressing. Reading is safe from any number of
 * threads.
 */
final class PairTable {
    private static final long FREE = -1;

    private long[] keys;
    private int[] numbers;
    private int size;

    PairTable(int expected) {
        int capacity = Integer.highestOneBit(Math.max(expected, 8)) * 4;
        keys = new long[capacity];
        numbers = new int[capacity];
        Arrays.fill(keys, FREE);
    }

    /** A pair as one number; ascending by the left id, then by the right. */
    static long pair(int left, int right) {
        return (long) left << 32 | right;
    }

    static int left(long pair) {
        return (int) (pair >>> 32);
    }

    static int right(long pair) {
        return (int) pair;
    }

    int size() {
        return size;
    }

    /** @return the pair's number, or -1 if it has none */
    int find(long pair) {
        int slot = slot(pair);
        return keys[slot] == FREE ? -1 : numbers[slot];
    }

    /** @return the pair's number; a new pair gets {@link #size()} */
    int add(long pair) {
        int slot = slot(pair);
        if (keys[slot] != FREE) {
            return numbers[slot];
        }
        if (2 * (size + 1) > keys.length) {
            grow();
            slot = slot(pair);
        }
        keys[slot] = pair;
        numbers[slot] = size;
        return size++;
    }

    private int slot(long pair) {
        int mask = keys.length - 1;
        long mixed = pair * 0x9E3779B97F4A7C15L;
        int slot = (int) (mixed >>> 32) & mask;
        while (keys[slot] != FREE && keys[slot] != pair) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private void grow() {
        long[] oldKeys = keys;
        int[] oldNumbers = numbers;
        keys = new long[2 * oldKeys.length];
        numbers = new int[keys.length];
        Arrays.fill(keys, FREE);
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldKeys[i] != FREE) {
                int slot = slot(oldKeys[i]);
                keys[slot] = oldKeys[i];
                numbers[slot] = oldNumbers[i];
            }
        }
    }
}
