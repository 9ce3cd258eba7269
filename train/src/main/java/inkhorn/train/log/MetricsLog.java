package inkhorn.train.log;

import inkhorn.train.RunRecord;

/** Takes the records of a run, in the order of their steps. */
interface MetricsLog {

    /**
     * Appends a record.
     *
     * @throws inkhorn.checkpoint.CheckpointException (a run failure) where it cannot be written
     */
    void append(RunRecord record);

    /** No record follows in this process. */
    void close(Outcome outcome);
}
