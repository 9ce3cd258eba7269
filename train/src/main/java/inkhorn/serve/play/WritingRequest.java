package inkhorn.serve.play;

import inkhorn.data.DataException;
import inkhorn.generate.Beams;
import inkhorn.generate.Limits;
import inkhorn.generate.Penalties;
import inkhorn.generate.Sampler;
import inkhorn.generate.TextSoFar;
import inkhorn.generate.TrainedModel;
import inkhorn.generate.Warping;
import inkhorn.generate.WritingOptions;
import inkhorn.serve.Fields;
import inkhorn.serve.RequestException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The parameters of a request for text: the options of the command {@code sample}, with the same names and defaults.
 *
 * @param text      what stands there already
 * @param limits    on all tokens after the prompt
 * @param penalties on tokens that the text has
 * @param warping   what tokens are drawn from; empty: the likeliest is taken
 * @param beams     of beam search; empty: token by token
 * @param stops     texts that end it
 */
record WritingRequest(TextSoFar text, Limits limits, Penalties penalties, Optional<Warping> warping,
                      Optional<Beams> beams, List<String> stops, long seed) {

    /** The most that one request may ask for. */
    record Most(int promptTokens, int tokens, int beams, int stops) {
    }

    static final Most MOST = new Most(16384, 4096, 16, 16);

    private static final List<String> OF_DRAWING = List.of("temperature", "top_k", "top_p", "min_p", "typical_p",
            "greedy", "seed");
    private static final List<String> OF_BEAMS = List.of("length_penalty", "early_stopping");
    private static final List<String> EARLY_STOPPING = Arrays.stream(Beams.EarlyStopping.values())
            .map(value -> value.name().toLowerCase(Locale.ROOT)).toList();

    /** @throws RequestException naming the field that is wrong and what is allowed */
    static WritingRequest of(Fields fields, TrainedModel trained) {
        int[] ids = text(fields, trained);
        TextSoFar text = new TextSoFar(ids, (int) fields.whole("prompt_length", ids.length, 0, ids.length));
        int tokens = (int) fields.whole("tokens", 200, 1, MOST.tokens());
        boolean slides = fields.flag("slide", true);
        int block = trained.model().blockSize();
        if (!slides && text.ids().length >= block) {
            throw RequestException.wrong("slide", "slide: found false with a text of " + text.ids().length
                    + " tokens, which leaves no room in the model's context of " + block + "; allow it, or shorten the"
                    + " text");
        }
        Optional<Beams> beams = beams(fields);
        // For beam search all that stands there is the prompt.
        Limits limits = new Limits(beams.isPresent() ? tokens : text.written() + tokens,
                trained.tokenizer().endOfText(), slides);
        Penalties penalties = penalties(fields);
        Optional<Warping> warping = warping(fields);
        List<String> stops = fields.texts("stop", MOST.stops());
        long seed = fields.whole("seed", WritingOptions.DEFAULTS.seed(), Long.MIN_VALUE, Long.MAX_VALUE);
        refuse(fields, beams.isPresent() ? OF_DRAWING : OF_BEAMS, beams.isPresent()
                ? " has no effect on beam search; leave it out, or leave out beam"
                : " is for beam search; leave it out, or give beam");
        fields.refuseOthers();
        return new WritingRequest(text, limits, penalties, warping, beams, stops, seed);
    }

    /**
     * The tokens of a text, at least one: of the field {@code prompt}, or as they stand in {@code ids}.
     *
     * @throws RequestException naming the field that is wrong and what is allowed
     */
    static int[] text(Fields fields, TrainedModel trained) {
        Optional<String> prompt = fields.text("prompt");
        Optional<int[]> ids = fields.ids("ids", MOST.promptTokens(), trained.model().vocabSize());
        if (prompt.isPresent() == ids.isPresent()) {
            throw RequestException.wrong("prompt", "prompt and ids: found " + (ids.isPresent() ? "both" : "neither")
                    + ", expected one of them");
        }
        int[] all = ids.orElseGet(() -> encoded(prompt.orElseThrow(), trained));
        if (all.length == 0) {
            throw RequestException.wrong("ids", "ids: found an empty list, expected at least one token; nothing stands"
                    + " before the first");
        }
        return all;
    }

    private static int[] encoded(String prompt, TrainedModel trained) {
        try {
            int[] ids = trained.prompt(prompt);
            if (ids.length > MOST.promptTokens()) {
                throw RequestException.wrong("prompt", "prompt: found " + ids.length + " tokens, expected at most "
                        + MOST.promptTokens());
            }
            return ids;
        } catch (DataException e) {
            throw RequestException.wrong("prompt", "prompt: " + e.getMessage());
        }
    }

    private static Penalties penalties(Fields fields) {
        double repetition = fields.decimal("repetition_penalty", Penalties.NONE.repetition());
        double presence = fields.decimal("presence_penalty", Penalties.NONE.presence());
        int ngram = (int) fields.whole("no_repeat_ngram", Penalties.NONE.noRepeatNgram(), 0, MOST.promptTokens());
        try {
            return new Penalties(repetition, presence, ngram);
        } catch (IllegalArgumentException e) {
            throw RequestException.wrong("repetition_penalty", e.getMessage());
        }
    }

    private static Optional<Warping> warping(Fields fields) {
        double temperature = fields.decimal("temperature", Warping.DEFAULTS.temperature());
        int topK = (int) fields.whole("top_k", Warping.DEFAULTS.topK(), 0, Integer.MAX_VALUE);
        double topP = fields.decimal("top_p", Warping.DEFAULTS.topP());
        double minP = fields.decimal("min_p", Warping.DEFAULTS.minP());
        double typicalP = fields.decimal("typical_p", Warping.DEFAULTS.typicalP());
        try {
            // 0 is the limit of ever lower temperatures, as for the command sample.
            Warping warping = new Warping(temperature == 0 ? 1 : temperature, topK, topP, minP, typicalP);
            boolean isGreedy = fields.flag("greedy", false) || temperature == 0;
            return isGreedy ? Optional.empty() : Optional.of(warping);
        } catch (IllegalArgumentException e) {
            throw RequestException.wrong(null, e.getMessage());
        }
    }

    private static Optional<Beams> beams(Fields fields) {
        int width = (int) fields.whole("beam", 0, 1, MOST.beams());
        double lengthPenalty = fields.decimal("length_penalty", 1);
        String early = fields.word("early_stopping", "false", EARLY_STOPPING);
        return width == 0 ? Optional.empty() : Optional.of(new Beams(width, lengthPenalty,
                Beams.EarlyStopping.valueOf(early.toUpperCase(Locale.ROOT))));
    }

    private static void refuse(Fields fields, List<String> names, String why) {
        names.stream().filter(fields::has).findFirst().ifPresent(name -> {
            throw RequestException.wrong(name, name + why);
        });
    }

    Sampler sampler() {
        return warping.map(bent -> Sampler.drawing(penalties, bent))
                .orElseGet(() -> Sampler.greedy(penalties.transform()));
    }
}
