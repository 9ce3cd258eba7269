package inkhorn.generate;

/** What a model itself thinks of a token, whatever the strategy made of its logits. */
public final class LogProbability {

    private LogProbability() {
    }

    /** log softmax(logits)[id], in nats. */
    public static double of(float[] logits, int id) {
        float largest = logits[0];
        for (float logit : logits) {
            largest = Math.max(largest, logit);
        }
        double total = 0;
        for (float logit : logits) {
            total += StrictMath.exp((double) logit - largest);
        }
        return (double) logits[id] - largest - StrictMath.log(total);
    }
}
