package inkhorn.generate;

/**
 * How the model's distribution is changed before a token is drawn from it. Values as in {@link LogitTransform}.
 *
 * @param temperature 1 for none
 * @param topK 0 for all tokens
 * @param topP 1 for all
 * @param minP 0 for all
 * @param typicalP 1 for all
 */
public record Warping(double temperature, int topK, double topP, double minP, double typicalP) {
    public static final Warping NONE = new Warping(1, 0, 1, 0, 1);
    /** Those of the command {@code sample}. */
    public static final Warping DEFAULTS = new Warping(0.8, 200, 1, 0, 1);

    /** @throws IllegalArgumentException naming what is out of range */
    public Warping {
        compose(temperature, topK, topP, minP, typicalP);
    }

    /** In Hugging Face's order: temperature, top-k, top-p, min-p, typical. */
    public LogitTransform transform() {
        return compose(temperature, topK, topP, minP, typicalP);
    }

    private static LogitTransform compose(double temperature, int topK, double topP, double minP, double typicalP) {
        LogitTransform all = LogitTransform.temperature(temperature);
        all = topK == 0 ? all : all.then(LogitTransform.topK(topK));
        all = topP == 1 ? all : all.then(LogitTransform.topP(topP));
        all = minP == 0 ? all : all.then(LogitTransform.minP(minP));
        return typicalP == 1 ? all : all.then(LogitTransform.typical(typicalP));
    }
}
