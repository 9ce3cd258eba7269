package inkhorn.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

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
     * @param firstTokenMs until the first token, prompt and all; null of beam search, where none is final before the end
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Timings(@JsonProperty("first_token_ms") Double firstTokenMs, @JsonProperty("total_ms") double totalMs) {
    }
}
