package inkhorn.train.log;

/**
 * The steps, tokens and seconds of a run up to a record of its log.
 *
 * @param step          steps done
 * @param tokens        learned from
 * @param seconds       spent in steps; evaluations and checkpoints are not counted
 * @param tokensPerStep of the last step that was logged
 */
public record Spent(long step, double tokens, double seconds, double tokensPerStep) {
    public static final Spent NOTHING = new Spent(0, 0, 0, 0);

    private static final double MS = 1e-3;

    /** After a step that was logged; its time stands for each step since the one before it. */
    public Spent afterStep(long now, double stepMs, double tokensPerS) {
        long steps = Math.max(0, now - step);
        double each = tokensPerS * stepMs * MS;
        return new Spent(Math.max(step, now), tokens + steps * each, seconds + steps * stepMs * MS, each);
    }

    /** At an evaluation or a sample, which may stand some steps behind the last one that was logged. */
    public Spent at(long now) {
        return new Spent(now, tokens + Math.max(0, now - step) * tokensPerStep, seconds, tokensPerStep);
    }
}
