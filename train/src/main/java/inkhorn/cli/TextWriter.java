package inkhorn.cli;

import inkhorn.cli.options.StrategyOptions;
import inkhorn.config.UserError;
import inkhorn.data.files.Json;
import inkhorn.generate.BeamSearch;
import inkhorn.generate.Beams;
import inkhorn.generate.CachedLogits;
import inkhorn.generate.FinishReason;
import inkhorn.generate.Generator;
import inkhorn.generate.Limits;
import inkhorn.generate.NextLogits;
import inkhorn.generate.PlainLogits;
import inkhorn.generate.Speed;
import inkhorn.generate.StreamedText;
import inkhorn.generate.TokenListener;
import inkhorn.generate.TrainedModel;
import inkhorn.nn.LanguageModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** Generates and prints the requested texts, prompt by prompt, as text or as JSON. */
final class TextWriter {

    /** nanoGPT's, between texts. */
    private static final String SEPARATOR = "---------------\n";

    /** Texts written side by side; each needs keys and values of its own. */
    private static final int SIDE_BY_SIDE = 8;

    private final TrainedModel trained;
    private final Order order;
    private final Consumer<String> out;
    private final Limits limits;
    private final Speed speed = new Speed();
    private long sequence;

    /**
     * What to write after each prompt.
     *
     * @param strategy how tokens are chosen
     * @param tokens   to write after the prompt at most, at least 1
     * @param num      texts, at least 1; of beam search at most its width
     * @param seed     of all random numbers
     * @param stops    texts that end a text, none of them empty
     * @param slide    whether a text may be longer than the model's context
     * @param json     objects instead of text
     * @param cache    whether keys and values are kept from token to token
     */
    record Order(StrategyOptions.Strategy strategy, int tokens, int num, long seed, List<String> stops,
            boolean slide, boolean json,
                 boolean cache) {
    }

    TextWriter(TrainedModel trained, Order order, Consumer<String> out) {
        this.trained = trained;
        this.order = order;
        this.out = out;
        this.limits = new Limits(order.tokens(), trained.tokenizer().endOfText(), order.slide());
    }

    /** @param isInterrupted asked after each token: whether to leave it at that */
    void write(String prompt, BooleanSupplier isInterrupted) {
        int[] ids = trained.prompt(prompt);
        int block = trained.model().blockSize();
        if (!order.slide() && ids.length >= block) {
            throw new UserError("--no-slide: the prompt has " + ids.length + " tokens and the model's context " + block
                    + ", which leaves no room; shorten the prompt or leave --no-slide out");
        }
        if (order.strategy().beams().isPresent()) {
            search(prompt, ids, order.strategy().beams().get(), isInterrupted);
            return;
        }
        for (int done = 0; done < order.num(); done += SIDE_BY_SIDE) {
            draw(prompt, ids, done, Math.min(SIDE_BY_SIDE, order.num() - done), isInterrupted);
        }
    }

    /** The first of the texts is shown as it is written, the others after it. */
    private void draw(String prompt, int[] ids, int done, int count, BooleanSupplier isInterrupted) {
        List<TextRecorder> texts = new ArrayList<>();
        List<TokenListener> listeners = new ArrayList<>();
        List<StringBuilder> waiting = new ArrayList<>();
        begin(prompt, done);
        for (int i = 0; i < count; i++) {
            StringBuilder later = new StringBuilder();
            boolean isShown = i == 0 && !order.json();
            TextRecorder text = new TextRecorder(trained.tokenizer(), prompt, order.stops(), order.json(),
                    isShown ? out : later::append);
            texts.add(text);
            waiting.add(later);
            listeners.add((id, logits) -> text.accept(id, logits) && !isInterrupted.getAsBoolean());
        }
        int[][] prompts = new int[count][];
        Arrays.fill(prompts, ids);
        Generator generator = new Generator(trained.model(), this::logits, order.strategy().sampler(), order.seed());
        List<FinishReason> reasons = generator.generate(prompts, limits, sequence, listeners);
        for (int i = 0; i < count; i++) {
            if (i > 0) {
                begin(prompt, done + i);
            }
            texts.get(i).finish();
            end(waiting.get(i).toString(), texts.get(i).written(sequence++, prompt, word(reasons.get(i))));
        }
    }

    private void search(String prompt, int[] ids, Beams beams, BooleanSupplier isInterrupted) {
        long started = System.nanoTime();
        BeamSearch search = new BeamSearch(trained.model(), this::logits, beams,
                order.strategy().penalties().transform());
        List<BeamSearch.Hypothesis> found = search.search(ids, limits, StreamedText.stopsAt(trained.tokenizer(), prompt,
                order.stops()), isInterrupted);
        double milliseconds = (System.nanoTime() - started) / 1e6;
        for (int i = 0; i < Math.min(order.num(), found.size()); i++) {
            BeamSearch.Hypothesis best = found.get(i);
            StringBuilder text = new StringBuilder();
            StreamedText streamed = new StreamedText(trained.tokenizer(), prompt, order.stops(), text::append);
            Arrays.stream(best.ids()).forEach(id -> streamed.accept(id, null));
            streamed.finish();
            begin(prompt, i);
            end(text.toString(), new TextRecorder.WrittenText(sequence++, prompt, text.toString(),
                    Arrays.stream(best.ids()).boxed().toList(),
                    Arrays.stream(best.logProbabilities()).boxed().toList(), best.score(), word(best.reason()),
                    new TextRecorder.WrittenText.Timings(null, milliseconds)));
        }
    }

    private NextLogits logits(LanguageModel model) {
        return speed.measured(order.cache() ? CachedLogits.of(model) : new PlainLogits(model));
    }

    /** How fast all texts so far were computed. */
    Speed speed() {
        return speed;
    }

    private void begin(String prompt, int index) {
        if (!order.json()) {
            out.accept((index == 0 ? "" : SEPARATOR) + prompt);
        }
    }

    private void end(String rest, TextRecorder.WrittenText text) {
        out.accept(order.json() ? Json.line(text) : rest + "\n");
    }

    private static String word(FinishReason reason) {
        return reason.name().toLowerCase(Locale.ROOT);
    }
}
