package inkhorn.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import inkhorn.config.UserError;
import inkhorn.generate.BeamSearch;
import inkhorn.generate.Beams;
import inkhorn.generate.CachedLogits;
import inkhorn.generate.FinishReason;
import inkhorn.generate.Generator;
import inkhorn.generate.Hypothesis;
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

/** Writes the texts that a request asks for, prompt by prompt, as text or as JSON. */
final class TextWriter {

    /** nanoGPT's, between texts. */
    private static final String SEPARATOR = "---------------\n";

    /** Texts written side by side; each needs keys and values of its own. */
    private static final int SIDE_BY_SIDE = 8;

    private final TrainedModel trained;
    private final SampleCommand.Request request;
    private final Consumer<String> out;
    private final Limits limits;
    private final Speed speed = new Speed();
    private long sequence;

    TextWriter(TrainedModel trained, SampleCommand.Request request, Consumer<String> out) {
        this.trained = trained;
        this.request = request;
        this.out = out;
        this.limits = new Limits(request.tokens(), trained.tokenizer().endOfText(), request.slide());
    }

    /** @param isInterrupted asked after each token: whether to leave it at that */
    void write(String prompt, BooleanSupplier isInterrupted) {
        int[] ids = trained.prompt(prompt);
        int block = trained.model().blockSize();
        if (!request.slide() && ids.length >= block) {
            throw new UserError("--no-slide: the prompt has " + ids.length + " tokens and the model's context " + block
                    + ", which leaves no room; shorten the prompt or leave --no-slide out");
        }
        if (request.strategy().beams().isPresent()) {
            search(prompt, ids, request.strategy().beams().get(), isInterrupted);
            return;
        }
        for (int done = 0; done < request.num(); done += SIDE_BY_SIDE) {
            draw(prompt, ids, done, Math.min(SIDE_BY_SIDE, request.num() - done), isInterrupted);
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
            boolean isShown = i == 0 && !request.json();
            TextRecorder text = new TextRecorder(trained.tokenizer(), prompt, request.stops(), request.json(),
                    isShown ? out : later::append);
            texts.add(text);
            waiting.add(later);
            listeners.add((id, logits) -> text.accept(id, logits) && !isInterrupted.getAsBoolean());
        }
        int[][] prompts = new int[count][];
        Arrays.fill(prompts, ids);
        Generator generator = new Generator(trained.model(), this::logits, request.strategy().sampler(), request.seed());
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
        BeamSearch search = new BeamSearch(trained.model(), this::logits, beams, request.strategy().penalties().transform());
        List<Hypothesis> found = search.search(ids, limits, StreamedText.stopsAt(trained.tokenizer(), prompt, request.stops()), isInterrupted);
        double milliseconds = (System.nanoTime() - started) / 1e6;
        for (int i = 0; i < Math.min(request.num(), found.size()); i++) {
            Hypothesis best = found.get(i);
            StringBuilder text = new StringBuilder();
            StreamedText streamed = new StreamedText(trained.tokenizer(), prompt, request.stops(), text::append);
            Arrays.stream(best.ids()).forEach(id -> streamed.accept(id, null));
            streamed.finish();
            begin(prompt, i);
            end(text.toString(), new WrittenText(sequence++, prompt, text.toString(), Arrays.stream(best.ids()).boxed().toList(),
                    Arrays.stream(best.logProbabilities()).boxed().toList(), best.score(), word(best.reason()),
                    new WrittenText.Timings(null, milliseconds)));
        }
    }

    private NextLogits logits(LanguageModel model) {
        return speed.measured(request.cache() ? CachedLogits.of(model) : new PlainLogits(model));
    }

    /** How fast all texts so far were computed. */
    Speed speed() {
        return speed;
    }

    private void begin(String prompt, int index) {
        if (!request.json()) {
            out.accept((index == 0 ? "" : SEPARATOR) + prompt);
        }
    }

    private void end(String rest, WrittenText text) {
        try {
            out.accept((request.json() ? new ObjectMapper().writeValueAsString(text) : rest) + "\n");
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String word(FinishReason reason) {
        return reason.name().toLowerCase(Locale.ROOT);
    }
}
