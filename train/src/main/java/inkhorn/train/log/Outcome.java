package inkhorn.train.log;

/** How a training ended in this process. */
public enum Outcome {
    /** All that was to be done is done. */
    FINISHED,
    /** Somebody asked for it, and it can go on. */
    STOPPED,
    /** By an error. */
    FAILED
}
