package inkhorn.train;

/** What the logs of a run keep: a {@link TrainEvent.Stepped}, {@link Evaluation.Losses} or {@link TrainEvent.Sampled}. */
public interface RunRecord {

    /** Steps done. */
    long step();
}
