package inkhorn.serve.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import inkhorn.serve.model.ServedModel;
import java.util.List;

/** The JSON of answers of /v1/completions. */
final class CompletionForm extends AnswerForm {

    CompletionForm(String id, long created, ServedModel model, String fingerprint) {
        super("cmpl-" + id, created, model, fingerprint);
    }

    @Override
    String object(boolean isChunk) {
        return "text_completion";
    }

    @Override
    void put(ObjectNode choice, String text, List<TokenScore> scores, boolean isChunk) {
        choice.put("text", text);
        if (scores == null) {
            choice.putNull("logprobs");
            return;
        }
        ObjectNode all = choice.putObject("logprobs");
        ArrayNode tokens = all.putArray("tokens");
        ArrayNode own = all.putArray("token_logprobs");
        ArrayNode likeliest = all.putArray("top_logprobs");
        ArrayNode offsets = all.putArray("text_offset");
        for (TokenScore score : scores) {
            tokens.add(score.name());
            own.add(score.logProbability());
            offsets.add(score.offset());
            if (score.logProbability() == null) {
                likeliest.addNull();
            } else {
                ObjectNode top = likeliest.addObject();
                score.top().forEach(other -> top.put(other.name(), other.logProbability()));
                top.put(score.name(), score.logProbability());
            }
        }
    }

    @Override
    ObjectNode opening(int index, String echo, List<TokenScore> scores) {
        return echo.isEmpty() && (scores == null || scores.isEmpty()) ? null : choice(index, echo, scores, null, true);
    }
}
