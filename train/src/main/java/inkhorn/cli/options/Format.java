package inkhorn.cli.options;

/** How a command shows what it found. */
public enum Format {
    /** Tables for people. */
    TEXT,
    /** One table, with a header, numbers in full. */
    CSV,
    /** One object with everything, numbers in full. */
    JSON
}
