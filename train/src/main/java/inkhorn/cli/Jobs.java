package inkhorn.cli;

/**
 * The work behind each command.
 *
 * @param train  trains or resumes a run
 * @param sample writes text
 * @param parity recomputes reference values
 */
public record Jobs(Job<TrainCommand.Request> train, Job<SampleCommand.Request> sample, Job<ParityCommand.Request> parity) {

    /** The real ones. */
    static Jobs standard() {
        return new Jobs(
                request -> {
                    throw new UnsupportedOperationException("training is not wired to the command line yet");
                },
                request -> {
                    throw new UnsupportedOperationException("sampling is not wired to the command line yet");
                },
                request -> {
                    throw new UnsupportedOperationException("parity is not wired to the command line yet");
                });
    }
}
