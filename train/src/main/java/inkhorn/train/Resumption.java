package inkhorn.train;

/**
 * How a run is gone on with.
 *
 * @param checkpoint  {@code step-NNNNNNNN}, {@code best} or {@code latest} of the run; empty for its newest whole checkpoint
 * @param dataChanged whether the user knows that the data are not those of the checkpoint
 */
public record Resumption(String checkpoint, boolean dataChanged) {
}
