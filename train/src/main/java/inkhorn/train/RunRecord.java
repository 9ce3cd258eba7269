package inkhorn.train;

/** What a run's logs keep: {@link TrainEvent.Stepped}, {@link Evaluation.Losses} or {@link TrainEvent.Sampled}. */
public interface RunRecord {

    /** Steps done. */
    long step();
}
