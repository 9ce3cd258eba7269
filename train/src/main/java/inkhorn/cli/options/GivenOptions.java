package inkhorn.cli.options;

import java.util.List;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** The options that a command line contains, before any of their values is checked. */
public final class GivenOptions {

    private final ParseResult parsed;

    public GivenOptions(ParseResult parsed) {
        this.parsed = parsed;
    }

    String command() {
        return parsed.commandSpec().name();
    }

    /** Whether the command has such an option. */
    boolean knows(String option) {
        return parsed.commandSpec().findOption(option) != null;
    }

    boolean has(String option) {
        return parsed.hasMatchedOption(option);
    }

    /** Whether there is a word that is no option and no option's value. */
    boolean hasArgument() {
        return parsed.hasMatchedPositional(0);
    }

    /** Whether {@code option} was given with this value. */
    boolean is(String option, String value) {
        return value.equals(value(option));
    }

    /** Null where it was not given. */
    String value(String option) {
        return parsed.matchedOptionValue(option, null);
    }

    /** Whether {@code option} was given a zero, however it is written. */
    boolean isZero(String option) {
        try {
            return has(option) && Double.parseDouble(value(option)) == 0;
        } catch (NumberFormatException e) {
            return false;
        }
    }

    /** All values of an option that may have several. */
    List<String> values(String option) {
        OptionSpec spec = parsed.matchedOption(option);
        return spec == null ? List.of() : spec.stringValues();
    }
}
