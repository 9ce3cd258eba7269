package inkhorn.serve.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import inkhorn.data.files.Json;
import inkhorn.generate.FinishReason;
import inkhorn.serve.model.ServedModel;
import java.util.List;

/** The JSON of an answer, whole or in chunks: what completions and chat have in common. */
abstract class AnswerForm {
    private final String id;
    private final long created;
    private final ServedModel model;
    private final String fingerprint;

    AnswerForm(String id, long created, ServedModel model, String fingerprint) {
        this.id = id;
        this.created = created;
        this.model = model;
        this.fingerprint = fingerprint;
    }

    /** The name of an answer's kind. */
    abstract String object(boolean isChunk);

    /** Adds a text, or a part of it, to what describes a choice. */
    abstract void put(ObjectNode choice, String text, List<TokenScore> scores, boolean isChunk);

    /** What a stream begins a choice with, or null. */
    abstract ObjectNode opening(int index, String echo, List<TokenScore> scores);

    /** @param reason why the text has ended, or null */
    final ObjectNode choice(int index, String text, List<TokenScore> scores, FinishReason reason, boolean isChunk) {
        ObjectNode choice = Json.MAPPER.createObjectNode().put("index", index);
        put(choice, text, scores, isChunk);
        return choice.put("finish_reason", reason == null ? null : word(reason));
    }

    private static String word(FinishReason reason) {
        return switch (reason) {
            case LENGTH, CONTEXT -> "length";
            case END_OF_TEXT, STOP, EXHAUSTED -> "stop";
        };
    }

    final ObjectNode answer(List<ObjectNode> choices, boolean isChunk) {
        ObjectNode answer = Json.MAPPER.createObjectNode().put("id", id).put("object", object(isChunk))
                .put("created", created).put("model", model.name()).put("system_fingerprint", fingerprint);
        answer.putArray("choices").addAll(choices);
        return answer;
    }

    static ObjectNode usage(int promptTokens, int tokens) {
        return Json.MAPPER.createObjectNode().put("prompt_tokens", promptTokens).put("completion_tokens", tokens)
                .put("total_tokens", promptTokens + tokens);
    }
}
