package inkhorn.cli.options;

import inkhorn.config.UserError;
import picocli.CommandLine.Option;

/** The options of every command that shows tables. */
public final class FormatOptions {

    @Option(names = "--csv", description = "Comma-separated values, for spreadsheets and data frames.")
    private boolean csv;

    @Option(names = "--json", description = "One JSON object, for programs.")
    private boolean json;

    /**
     * How a command shows what it found: tables for people, or numbers in full as one table with a header or one
     * object.
     */
    public enum Format { TEXT, CSV, JSON }

    /** @throws UserError where both were given */
    public Format format() {
        if (csv && json) {
            throw new UserError("--csv: found beside --json, expected one of them");
        }
        return csv ? Format.CSV : json ? Format.JSON : Format.TEXT;
    }
}
