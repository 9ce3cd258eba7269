package inkhorn.config;

import java.util.List;

/** Thrown for a config that cannot be used. The message has one line for each problem. */
public final class ConfigException extends UserError {
    ConfigException(List<Fault> problems) {
        super(problems.stream().map(Fault::line).toList());
    }

    ConfigException(String where, String what) {
        this(List.of(new Fault(where, List.of(), what)));
    }

    /**
     * One problem.
     *
     * @param where the file and line, the option or the key at fault
     * @param keys  the dotted keys that take part in it, the one at fault first; empty if the file as a whole is at
     *     fault
     * @param what  what was found and what is allowed
     */
    record Fault(String where, List<String> keys, String what) {
        String line() {
            return where + ": " + what;
        }
    }
}
