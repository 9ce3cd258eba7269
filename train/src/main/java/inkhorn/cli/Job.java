package inkhorn.cli;

/**
 * The work behind a command.
 *
 * @param <R> what the command line asked for, validated
 */
@FunctionalInterface
public interface Job<R> {

    /**
     * Does it.
     *
     * @return the exit code: 0 done, 1 the run failed
     * @throws Exception what {@link Failure} turns into one line and an exit code
     */
    int run(R request) throws Exception;
}
