package inkhorn.generate;

/** Receives a text as it is written. */
@FunctionalInterface
public interface TokenListener {
    /**
     * @param id the token just chosen
     * @param logits what the model gave for this position, before any transform: V of them, valid during the call
     * @return whether to go on
     */
    boolean accept(int id, float[] logits);
}
