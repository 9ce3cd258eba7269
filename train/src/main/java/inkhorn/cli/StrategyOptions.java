package inkhorn.cli;

import inkhorn.config.UserError;
import inkhorn.generate.Beams;
import inkhorn.generate.Penalties;
import inkhorn.generate.Sampler;
import inkhorn.generate.Warping;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import picocli.CommandLine.Option;

/** How the next token is chosen. */
final class StrategyOptions {

    private static final String DEFAULT_TEMPERATURE = "0.8";
    private static final String DEFAULT_TOP_K = "200";

    @Option(names = "--temperature", paramLabel = "T",
            description = "Above 1 wilder, below 1 tamer, 0 always the likeliest (default: " + DEFAULT_TEMPERATURE + ").")
    private String temperature;

    @Option(names = "--top-k", paramLabel = "K",
            description = "Choose among the K likeliest tokens; 0 among all (default: " + DEFAULT_TOP_K + ").")
    private String topK;

    @Option(names = "--top-p", paramLabel = "P", description = "Choose among the likeliest tokens that make up P of the probability (nucleus).")
    private String topP;

    @Option(names = "--min-p", paramLabel = "P", description = "Choose among tokens at least P times as likely as the likeliest.")
    private String minP;

    @Option(names = "--typical-p", paramLabel = "P", description = "Choose among the most typical tokens that make up P of the probability.")
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

    @Option(names = "--greedy", description = "Always take the likeliest token.")
    private boolean greedy;

    @Option(names = "--beam", paramLabel = "N", description = "Beam search: follow the N likeliest texts side by side; --num of them are written.")
    private String beam;

    @Option(names = "--length-penalty", paramLabel = "X",
            description = "With --beam: log-probabilities are divided by length^X (default: 1).")
    private String lengthPenalty;

    @Option(names = "--early-stopping", paramLabel = "true|false|never", arity = "0..1", fallbackValue = "true",
            description = "With --beam: stop when N texts have ended, when a better one is unlikely, or when there can be none (default: false).")
    private String earlyStopping;

    /**
     * @param warping what a token is drawn from; empty: the likeliest is taken
     * @param beams   of beam search; empty: token by token
     */
    public record Strategy(Penalties penalties, Optional<Warping> warping, Optional<Beams> beams) {

        Sampler sampler() {
            return warping.map(bent -> Sampler.drawing(penalties, bent)).orElseGet(() -> Sampler.greedy(penalties.transform()));
        }
    }

    Strategy strategy() {
        Penalties penalties = new Penalties(
                Arguments.decimal("--repetition-penalty", repetitionPenalty, "a number above 0", value -> value > 0),
                Arguments.decimal("--presence-penalty", presencePenalty, "a number", value -> true),
                (int) Arguments.whole("--no-repeat-ngram", noRepeatNgram, 0));
        double heat = Arguments.decimal("--temperature", Objects.requireNonNullElse(temperature, DEFAULT_TEMPERATURE), 0);
        Warping warping = new Warping(heat == 0 ? 1 : heat,
                (int) Arguments.whole("--top-k", Objects.requireNonNullElse(topK, DEFAULT_TOP_K), 0),
                share("--top-p", topP), floor("--min-p", minP), share("--typical-p", typicalP));
        Optional<Beams> beams = beams();
        if (beams.isPresent() || greedy) {
            refuse(beams.isPresent() ? "--beam" : "--greedy", heat == 0 ? "" : "--temperature", "--top-k", "--top-p", "--min-p", "--typical-p");
        } else if (heat == 0) {
            refuse("--temperature 0", "--typical-p");
        }
        boolean isDrawing = beams.isEmpty() && !greedy && heat != 0;
        return new Strategy(penalties, isDrawing ? Optional.of(warping) : Optional.empty(), beams);
    }

    private Optional<Beams> beams() {
        if (beam == null && (lengthPenalty != null || earlyStopping != null)) {
            throw new UserError((lengthPenalty != null ? "--length-penalty" : "--early-stopping") + ": is for beam search; add --beam N or leave it out");
        } else if (beam == null) {
            return Optional.empty();
        } else if (greedy) {
            throw new UserError("--beam and --greedy: expected one of them; leave out the other");
        }
        return Optional.of(new Beams(
                (int) Arguments.whole("--beam", beam, 1, 1024),
                lengthPenalty == null ? 1 : Arguments.decimal("--length-penalty", lengthPenalty, "a number", value -> true),
                earlyStopping == null ? Beams.EarlyStopping.FALSE
                        : Arguments.word("--early-stopping", earlyStopping, Beams.EarlyStopping.values())));
    }

    /** What a strategy would ignore is an error, as the user expects something of it. */
    private void refuse(String strategy, String... options) {
        Map<String, String> given = new LinkedHashMap<>();
        given.put("--temperature", temperature);
        given.put("--top-k", topK);
        given.put("--top-p", topP);
        given.put("--min-p", minP);
        given.put("--typical-p", typicalP);
        for (String option : List.of(options)) {
            if (given.get(option) != null) {
                throw new UserError(option + ": has no effect with " + strategy + ", which draws nothing; leave one of them out");
            }
        }
    }

    private static double share(String option, String text) {
        return text == null ? 1 : Arguments.decimal(option, text, "a number above 0 and at most 1", value -> value > 0 && value <= 1);
    }

    private static double floor(String option, String text) {
        return text == null ? 0 : Arguments.decimal(option, text, "a number between 0 and 1", value -> value >= 0 && value <= 1);
    }
}
