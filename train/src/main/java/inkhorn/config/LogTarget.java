package inkhorn.config;

/** What {@code run.log_to} names: where the records of a run go. */
public enum LogTarget {
    /** {@code metrics.jsonl}, in any case: resuming and reports read it. */
    JSONL,
    /** Event files. */
    TENSORBOARD,
    /** {@code metrics.csv}. */
    CSV
}
