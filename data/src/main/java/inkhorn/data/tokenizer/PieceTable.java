package inkhorn.data.tokenizer;

import java.util.Arrays;

/**
 * Numbers distinct pieces of text 0, 1, 2, … in the order they come. Open addressing on slices of a text: a piece that
 * is known is found without making a string of it. Not safe for more than one thread.
 */
public final class PieceTable {
    private char[] characters = new char[1 << 12];
    /** Where piece i begins; piece i + 1 begins where it ends. */
    private int[] starts = new int[1 << 9];
    private int[] hashes = new int[1 << 9];
    /** By hash: the number of a piece, plus one; 0 is free. */
    private int[] slots = new int[1 << 10];
    private int size;

    public int size() {
        return size;
    }

    /** Characters of all pieces together. */
    int characters() {
        return starts[size];
    }

    /** @return the piece's number, or -1 if it has none */
    public int find(char[] text, int start, int end) {
        return slots[slot(text, start, end, hash(text, start, end))] - 1;
    }

    /** @return the piece's number; a new piece gets {@link #size()} */
    public int add(char[] text, int start, int end) {
        int hash = hash(text, start, end);
        int slot = slot(text, start, end, hash);
        if (slots[slot] != 0) {
            return slots[slot] - 1;
        }
        append(text, start, end, hash);
        slots[slot] = size;
        if (2 * size > slots.length) {
            rehash();
        }
        return size - 1;
    }

    String piece(int number) {
        return new String(characters, starts[number], starts[number + 1] - starts[number]);
    }

    private void append(char[] text, int start, int end, int hash) {
        if (size + 2 > starts.length) {
            starts = Arrays.copyOf(starts, 2 * starts.length);
            hashes = Arrays.copyOf(hashes, 2 * hashes.length);
        }
        int begin = starts[size];
        int stop = Math.addExact(begin, end - start);
        if (stop > characters.length) {
            characters = Arrays.copyOf(characters,
                    (int) Math.min(Integer.MAX_VALUE - 8, Math.max(2L * characters.length, stop)));
        }
        System.arraycopy(text, start, characters, begin, end - start);
        hashes[size] = hash;
        starts[++size] = stop;
    }

    private int slot(char[] text, int start, int end, int hash) {
        int mask = slots.length - 1;
        int slot = hash & mask;
        while (slots[slot] != 0 && !isPiece(slots[slot] - 1, hash, text, start, end)) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private boolean isPiece(int number, int hash, char[] text, int start, int end) {
        return hashes[number] == hash
                && Arrays.equals(characters, starts[number], starts[number + 1], text, start, end);
    }

    private void rehash() {
        slots = new int[2 * slots.length];
        int mask = slots.length - 1;
        for (int i = 0; i < size; i++) {
            int slot = hashes[i] & mask;
            while (slots[slot] != 0) {
                slot = (slot + 1) & mask;
            }
            slots[slot] = i + 1;
        }
    }

    private static int hash(char[] text, int start, int end) {
        int hash = end - start;
        for (int i = start; i < end; i++) {
            hash = 31 * hash + text[i];
        }
        // Spreads the high bits, which 31 leaves alone in short pieces, over the low ones that choose the slot.
        hash *= 0x9E3779B9;
        return hash ^ hash >>> 15;
    }
}
