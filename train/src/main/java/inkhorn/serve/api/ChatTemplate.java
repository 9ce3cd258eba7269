package inkhorn.serve.api;

import com.fasterxml.jackson.databind.JsonNode;
import inkhorn.serve.RequestException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A conversation as a text, for a model that has learned to continue texts. A system message comes first and is not
 * changed. Then each turn is written as in a play: {@code User:}, a line break, the message, and an empty line. The
 * text ends with the line {@code Assistant:}, so that the model continues with the answer. If a message has a
 * {@code name}, it replaces the role. The answer ends where another turn of the user's side would begin.
 *
 * @param prompt what the model goes on with
 * @param stops  where its answer ends
 */
record ChatTemplate(String prompt, List<String> stops) {

    private static final String ASSISTANT = "assistant";
    private static final Map<String, String> SPEAKERS = Map.of("user", "User", ASSISTANT, "Assistant");
    private static final List<String> SYSTEM = List.of("system", "developer");
    private static final int MOST_NAMES = 16;

    /** @throws RequestException naming the message that is wrong */
    static ChatTemplate of(JsonNode messages) {
        if (messages == null || !messages.isArray() || messages.isEmpty()) {
            throw RequestException.wrong("messages", "messages: expected a list of at least one message");
        }
        StringBuilder prompt = new StringBuilder();
        List<String> stops = new ArrayList<>(List.of("\n\nUser:"));
        String answering = SPEAKERS.get(ASSISTANT);
        for (int i = 0; i < messages.size(); i++) {
            JsonNode message = messages.get(i);
            String where = "messages[" + i + "]";
            String role = message.path("role").asText("");
            String content = content(message.get("content"), where + ".content");
            if (!SYSTEM.contains(role)) {
                String speaker = speaker(role, message.get("name"), where);
                String stop = "\n\n" + speaker + ":";
                if (role.equals(ASSISTANT)) {
                    answering = speaker;
                } else if (!stops.contains(stop) && stops.size() < MOST_NAMES) {
                    stops.add(stop);
                }
                prompt.append(speaker).append(":\n");
            }
            prompt.append(content).append("\n\n");
        }
        return new ChatTemplate(prompt.append(answering).append(":\n").toString(), List.copyOf(stops));
    }

    private static String speaker(String role, JsonNode name, String where) {
        if (!SPEAKERS.containsKey(role)) {
            throw RequestException.wrong(where + ".role", where + ".role: found " + (role.isEmpty() ? "none" : role)
                    + ", expected system, developer, user or assistant");
        }
        if (name == null || name.isNull()) {
            return SPEAKERS.get(role);
        }
        if (!name.isTextual() || name.textValue().isBlank() || name.textValue().contains("\n")) {
            throw RequestException.wrong(where + ".name", where + ".name: expected a text of one line");
        }
        return name.textValue();
    }

    /** A text, or parts that are texts. */
    private static String content(JsonNode content, String where) {
        if (content != null && content.isTextual()) {
            return content.textValue();
        }
        if (content == null || !content.isArray()) {
            throw RequestException.wrong(where, where + ": expected a text");
        }
        StringBuilder all = new StringBuilder();
        for (JsonNode part : content) {
            if (!part.path("type").asText().equals("text") || !part.path("text").isTextual()) {
                throw RequestException.wrong(where, where + ": found a part of type " + part.path("type").asText("none")
                        + ", expected text alone");
            }
            all.append(part.path("text").textValue());
        }
        return all.toString();
    }
}
