package inkhorn.serve.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import inkhorn.data.files.Json;
import inkhorn.serve.model.ServedModel;
import java.util.List;

/** The JSON of answers of /v1/chat/completions. */
final class ChatForm extends AnswerForm {

    ChatForm(String id, long created, ServedModel model, String fingerprint) {
        super("chatcmpl-" + id, created, model, fingerprint);
    }

    @Override
    String object(boolean isChunk) {
        return isChunk ? "chat.completion.chunk" : "chat.completion";
    }

    @Override
    void put(ObjectNode choice, String text, List<TokenScore> scores, boolean isChunk) {
        if (!isChunk) {
            choice.putObject("message").put("role", "assistant").put("content", text).putNull("refusal");
        } else if (text.isEmpty()) {
            choice.putObject("delta");
        } else {
            choice.putObject("delta").put("content", text);
        }
        if (scores == null) {
            choice.putNull("logprobs");
            return;
        }
        ArrayNode content = choice.putObject("logprobs").putNull("refusal").putArray("content");
        for (TokenScore score : scores) {
            ObjectNode token = token(score);
            ArrayNode top = token.putArray("top_logprobs");
            score.top().forEach(other -> top.add(token(other)));
            content.add(token);
        }
    }

    private static ObjectNode token(TokenScore score) {
        ObjectNode token = Json.MAPPER.createObjectNode().put("token", score.text())
                .put("logprob", score.logProbability());
        ArrayNode bytes = token.putArray("bytes");
        for (byte b : score.bytes()) {
            bytes.add(b & 0xFF);
        }
        return token;
    }

    @Override
    ObjectNode opening(int index, String echo, List<TokenScore> scores) {
        ObjectNode choice = Json.MAPPER.createObjectNode().put("index", index);
        choice.putObject("delta").put("role", "assistant").put("content", "");
        return choice.putNull("logprobs").putNull("finish_reason");
    }
}
