package inkhorn.data.tokenizer;

import java.util.Arrays;

/** A growing array of ints. */
public final class IntList {
    private int[] elements;
    private int size;

    public IntList(int capacity) {
        elements = new int[Math.max(capacity, 4)];
    }

    public void add(int element) {
        if (size == elements.length) {
            grow(1);
        }
        elements[size++] = element;
    }

    public void addAll(int[] from, int start, int count) {
        if (count > elements.length - size) {
            grow(count);
        }
        System.arraycopy(from, start, elements, size, count);
        size += count;
    }

    public int get(int index) {
        return elements[index];
    }

    public int size() {
        return size;
    }

    public int[] toArray() {
        return Arrays.copyOf(elements, size);
    }

    /** The array behind the list, for reading: valid up to {@link #size()} and until the next change. */
    public int[] elements() {
        return elements;
    }

    private void grow(int more) {
        long wanted = Math.max(elements.length * 3L / 2, (long) size + more);
        elements = Arrays.copyOf(elements, Math.toIntExact(Math.min(wanted, Integer.MAX_VALUE - 8L)));
    }
}
