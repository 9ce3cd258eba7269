package inkhorn.generate.batching;

import inkhorn.generate.FinishReason;
import inkhorn.generate.Limits;
import inkhorn.generate.Sampler;
import inkhorn.generate.TextSoFar;
import inkhorn.generate.TokenListener;

/**
 * A text that is wanted.
 *
 * @param text     at least one token
 * @param sequence which of several texts from this seed
 * @param limits   on all that is written after the prompt
 */
public record TextOrder(TextSoFar text, Sampler sampler, long seed, long sequence, Limits limits, Receiver out) {

    /** Receives a text on the thread that computes, and is not to keep it waiting. */
    public interface Receiver extends TokenListener {
        /** The last call: the text has ended. */
        void ended(FinishReason reason);

        /** The last call: the text cannot be written. */
        void failed(Throwable reason);
    }
}
