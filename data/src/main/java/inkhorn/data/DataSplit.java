package inkhorn.data;

/** The training or the validation part of the data: a text ({@link TokenFile}) or {@link Examples}. */
public interface DataSplit {
    /**
     * What a training learns from.
     *
     * @param blockSize of the model; rows may be shorter
     * @throws DataException if the split has nothing that fills a row
     */
    BatchSource random(int batchSize, int blockSize, BatchSampler.Draw draw);

    /**
     * All of it.
     *
     * @throws DataException as {@link #random}
     */
    BatchSequence inOrder(int batchSize, int blockSize);
}
