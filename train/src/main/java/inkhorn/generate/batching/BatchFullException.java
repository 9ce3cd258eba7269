package inkhorn.generate.batching;

/** All places of a batch are taken, and too many texts wait; the same order may be taken later. */
public final class BatchFullException extends RuntimeException {
    BatchFullException(String message) {
        super(message, null, false, false);
    }
}
