package inkhorn.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import inkhorn.data.tokenizer.Tokenizer;
import inkhorn.generate.Scores;
import inkhorn.generate.StreamedText;
import inkhorn.generate.TokenListener;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Collects the facts about a text while it is generated, for its JSON. */
final class TextRecorder implements TokenListener {

    /**
     * What {@code sample --json} prints of a text.
     *
     * @param sample           its number, from 0
     * @param text             without the prompt, stop string and end-of-text token
     * @param tokenIds         all that was written, also of a stop string and the end of the text
     * @param logProbabilities of each by the model alone, in nats
     * @param score            beam search's; otherwise null
     * @param finishReason     length, end_of_text, stop, context or exhausted
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record WrittenText(
            @JsonProperty("sample") long sample,
            @JsonProperty("prompt") String prompt,
            @JsonProperty("text") String text,
            @JsonProperty("token_ids") List<Integer> tokenIds,
            @JsonProperty("log_probabilities") List<Double> logProbabilities,
            @JsonProperty("score") Double score,
            @JsonProperty("finish_reason") String finishReason,
            @JsonProperty("timings") Timings timings) {

        /**
         * Wall time, of all texts that were written side by side with this one.
         *
         * @param firstTokenMs until the first token, prompt and all; null of beam search, where none is final before
         *     the end
         */
        @JsonInclude(JsonInclude.Include.NON_NULL)
        record Timings(@JsonProperty("first_token_ms") Double firstTokenMs, @JsonProperty("total_ms") double totalMs) {
        }
    }

    private final List<Integer> ids = new ArrayList<>();
    private final List<Double> logProbabilities = new ArrayList<>();
    private final StringBuilder text = new StringBuilder();
    private final StreamedText streamed;
    private final boolean isMeasuring;
    private final long started = System.nanoTime();
    private Double firstTokenMs;

    /**
     * @param prompt      what stands before the text
     * @param isMeasuring whether log-probabilities are wanted
     * @param out         receives the text piece by piece
     */
    TextRecorder(Tokenizer tokenizer, String prompt, List<String> stops, boolean isMeasuring, Consumer<String> out) {
        this.isMeasuring = isMeasuring;
        this.streamed = new StreamedText(tokenizer, prompt, stops, piece -> {
            text.append(piece);
            out.accept(piece);
        });
    }

    @Override
    public boolean accept(int id, float[] logits) {
        firstTokenMs = firstTokenMs == null ? Double.valueOf(milliseconds()) : firstTokenMs;
        ids.add(id);
        if (isMeasuring) {
            logProbabilities.add(Scores.logProbability(logits, id));
        }
        return streamed.accept(id, logits);
    }

    /** Passes on what was held back. */
    void finish() {
        streamed.finish();
    }

    WrittenText written(long sample, String prompt, String finishReason) {
        return new WrittenText(sample, prompt, text.toString(), ids, logProbabilities, null, finishReason,
                new WrittenText.Timings(firstTokenMs, milliseconds()));
    }

    private double milliseconds() {
        return (System.nanoTime() - started) / 1e6;
    }
}
