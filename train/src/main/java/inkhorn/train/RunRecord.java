package inkhorn.train;

/** A record of a run's logs: {@link TrainEvent.Stepped}, {@link Evaluation.Losses} or {@link TrainEvent.Sampled}. */
public interface RunRecord {

    /** Steps done. */
    long step();
}
