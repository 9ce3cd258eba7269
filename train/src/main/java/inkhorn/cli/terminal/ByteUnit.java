package inkhorn.cli.terminal;

/** A decimal unit of bytes in which progress is counted. */
enum ByteUnit {

    BYTE("B", 1), KILOBYTE("kB", 1_000), MEGABYTE("MB", 1_000_000);

    /** So that whole numbers move at least once for each percent. */
    private static final int LEAST_COUNT = 100;

    private final String symbol;
    private final int bytes;

    ByteUnit(String symbol, int bytes) {
        this.symbol = symbol;
        this.bytes = bytes;
    }

    /** The largest unit of which {@code total} bytes are at least a hundred. */
    static ByteUnit of(long total) {
        return total >= (long) LEAST_COUNT * MEGABYTE.bytes ? MEGABYTE : total >= LEAST_COUNT * KILOBYTE.bytes ? KILOBYTE : BYTE;
    }

    String symbol() {
        return symbol;
    }

    int bytes() {
        return bytes;
    }
}
