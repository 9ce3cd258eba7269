package inkhorn.cli.options;

import inkhorn.generate.Beams;
import inkhorn.generate.Penalties;
import inkhorn.generate.Sampler;
import inkhorn.generate.Warping;
import java.util.Objects;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options that set how the next token is chosen. */
public final class StrategyOptions {

    private static final String DEFAULT_TEMPERATURE = "0.8";
    private static final String DEFAULT_TOP_K = "200";

    @Option(names = "--temperature", paramLabel = "T",
            description = "Above 1 flattens the distribution, below 1 sharpens it, 0 takes the most likely token"
                    + " (default: " + DEFAULT_TEMPERATURE + ").")
    private String temperature;

    @Option(names = "--top-k", paramLabel = "K",
            description = "Choose among the K most likely tokens; 0 means all (default: " + DEFAULT_TOP_K + ").")
    private String topK;

    @Option(names = "--top-p", paramLabel = "P",
            description = "Choose among the most likely tokens that make up P of the probability (nucleus).")
    private String topP;

    @Option(names = "--min-p", paramLabel = "P",
            description = "Choose among tokens with at least P times the probability of the most likely one.")
    private String minP;

    @Option(names = "--typical-p", paramLabel = "P",
            description = "Choose among the most typical tokens that make up P of the probability.")
    private String typicalP;

    @Option(names = "--repetition-penalty", paramLabel = "R", defaultValue = "1",
            description = "Above 1, tokens of prompt and text become less likely (default: ${DEFAULT-VALUE}).")
    private String repetitionPenalty;

    @Option(names = "--presence-penalty", paramLabel = "R", defaultValue = "0",
            description = "Subtracted from the logits of tokens already written (default: ${DEFAULT-VALUE}).")
    private String presencePenalty;

    @Option(names = "--no-repeat-ngram", paramLabel = "N", defaultValue = "0",
            description = "Write no N tokens in a row twice; 0 for any (default: ${DEFAULT-VALUE}).")
    private String noRepeatNgram;

    @Option(names = "--greedy", description = "Always take the most likely token.")
    private boolean greedy;

    /**
     * @param warping what a token is drawn from; empty: the likeliest is taken
     * @param beams   of beam search; empty: token by token
     */
    public record Strategy(Penalties penalties, Optional<Warping> warping, Optional<Beams> beams) {

        public Sampler sampler() {
            return warping.map(bent -> Sampler.drawing(penalties, bent))
                    .orElseGet(() -> Sampler.greedy(penalties.transform()));
        }
    }

    /** Without beams. What a strategy leaves without effect is in {@link IneffectiveOptions}. */
    public Strategy strategy() {
        return strategy(Optional.empty());
    }

    public Strategy strategy(Optional<Beams> beams) {
        Penalties penalties = new Penalties(
                Arguments.decimal("--repetition-penalty", repetitionPenalty, "a number above 0", value -> value > 0),
                Arguments.decimal("--presence-penalty", presencePenalty, "a number", value -> true),
                (int) Arguments.whole("--no-repeat-ngram", noRepeatNgram, 0));
        double heat = Arguments.decimal("--temperature", Objects.requireNonNullElse(temperature, DEFAULT_TEMPERATURE),
                0);
        Warping warping = new Warping(heat == 0 ? 1 : heat,
                (int) Arguments.whole("--top-k", Objects.requireNonNullElse(topK, DEFAULT_TOP_K), 0),
                share("--top-p", topP), floor("--min-p", minP), share("--typical-p", typicalP));
        boolean isDrawing = beams.isEmpty() && !greedy && heat != 0;
        return new Strategy(penalties, isDrawing ? Optional.of(warping) : Optional.empty(), beams);
    }

    private static double share(String option, String text) {
        return text == null ? 1 : Arguments.decimal(option, text, "a number above 0 and at most 1", value -> value > 0
                && value <= 1);
    }

    private static double floor(String option, String text) {
        return text == null ? 0 : Arguments.decimal(option, text, "a number between 0 and 1", value -> value >= 0
                && value <= 1);
    }
}
