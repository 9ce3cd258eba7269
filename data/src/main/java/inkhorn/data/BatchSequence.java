package inkhorn.data;

/** A whole split in batches, in its order, to be evaluated: each prediction that counts is in them once. */
public interface BatchSequence {
    long batchCount();

    /** @throws IndexOutOfBoundsException unless {@code 0 <= index < batchCount()} */
    Batch batch(long index);
}
