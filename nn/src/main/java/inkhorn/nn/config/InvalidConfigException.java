package inkhorn.nn.config;

import java.util.List;
import java.util.stream.Collectors;

/** The values of a config that cannot be used together: every problem that was found, each with its key. */
public final class InvalidConfigException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final String subject;
    private final transient List<Problem> problems;

    /**
     * One problem.
     *
     * @param key  the key at fault, in snake case and without its section: {@code n_layer}
     * @param what what was found and what is allowed
     * @param others other keys that take part in it
     */
    public record Problem(String key, String what, List<String> others) {}

    /** @param subject what the config describes, for the message */
    public InvalidConfigException(String subject, List<Problem> problems) {
        super(problems.stream().map(p -> p.key() + ": " + p.what())
                .collect(Collectors.joining("; ", subject + ": ", "")));
        this.subject = subject;
        this.problems = List.copyOf(problems);
    }

    /** What the config describes, such as its section. */
    public String subject() {
        return subject;
    }

    /** Every problem, in the order of the keys. */
    public List<Problem> problems() {
        return problems;
    }
}
