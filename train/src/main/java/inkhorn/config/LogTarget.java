package inkhorn.config;

/** A value of {@code run.log_to}: a format in which the records of a run are written. */
public enum LogTarget {
    /** {@code metrics.jsonl}, in any case: resuming and reports read it. */
    JSONL,
    /** Event files. */
    TENSORBOARD,
    /** {@code metrics.csv}. */
    CSV
}
