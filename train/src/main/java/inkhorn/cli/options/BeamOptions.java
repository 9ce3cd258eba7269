package inkhorn.cli.options;

import inkhorn.generate.Beams;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options of beam search, which replaces the choice of each token by itself. */
public final class BeamOptions {

    @Option(names = "--beam", paramLabel = "N",
            description = "Beam search: extend the N most likely texts in parallel; --num of them are written.")
    private String beam;

    @Option(names = "--length-penalty", paramLabel = "X",
            description = "With --beam: log-probabilities are divided by length^X (default: 1).")
    private String lengthPenalty;

    @Option(names = "--early-stopping", paramLabel = "true|false|never", arity = "0..1", fallbackValue = "true",
            description = "With --beam: stop when N texts have ended, when a better one is unlikely, or when there can"
                    + " be none (default: false).")
    private String earlyStopping;

    /** Empty without {@code --beam}. */
    public Optional<Beams> beams() {
        return beam == null ? Optional.empty() : Optional.of(new Beams(
                (int) Arguments.whole("--beam", beam, 1, 1024),
                lengthPenalty == null ? 1 : Arguments.decimal("--length-penalty", lengthPenalty, "a number",
                value -> true), earlyStopping == null ? Beams.EarlyStopping.FALSE
                        : Arguments.word("--early-stopping", earlyStopping, Beams.EarlyStopping.values())));
    }
}
