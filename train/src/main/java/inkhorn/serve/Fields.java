package inkhorn.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The fields of the JSON object that a client sent. A field is checked when the server reads it. Fields that the server
 * has not read are refused ({@link #refuseOthers}), so that a misspelt option is not ignored. A field that is null
 * counts as left out.
 */
public final class Fields {
    private final ObjectNode object;
    private final Set<String> asked = new HashSet<>();

    public Fields(ObjectNode object) {
        this.object = object;
    }

    /** Whether the client gave it. */
    public boolean has(String name) {
        return value(name) != null;
    }

    public Optional<String> text(String name) {
        JsonNode value = value(name);
        if (value != null && !value.isTextual()) {
            throw unfit(name, value, "a text");
        }
        return Optional.ofNullable(value).map(JsonNode::textValue);
    }

    /** A whole number; also one in quotes, since JavaScript's own end at 2^53. */
    public long whole(String name, long absent, long least, long most) {
        JsonNode value = value(name);
        if (value == null) {
            return absent;
        }
        try {
            long number = value.isIntegralNumber() && value.canConvertToLong() ? value.longValue()
                    : Long.parseLong(value.isTextual() ? value.textValue() : "");
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // As a number out of range.
        }
        throw unfit(name, value, "a whole number from " + least + " to " + most);
    }

    public double decimal(String name, double absent) {
        JsonNode value = value(name);
        if (value == null) {
            return absent;
        }
        if (!value.isNumber() || !Double.isFinite(value.doubleValue())) {
            throw unfit(name, value, "a number");
        }
        return value.doubleValue();
    }

    public boolean flag(String name, boolean absent) {
        JsonNode value = value(name);
        if (value != null && !value.isBoolean()) {
            throw unfit(name, value, "true or false");
        }
        return value == null ? absent : value.booleanValue();
    }

    /** One of these words. */
    public String word(String name, String absent, List<String> allowed) {
        String word = text(name).orElse(absent);
        if (!allowed.contains(word)) {
            throw unfit(name, value(name), "one of " + String.join(", ", allowed));
        }
        return word;
    }

    /** A text or a list of texts; none is empty. */
    public List<String> texts(String name, int most) {
        JsonNode value = value(name);
        if (value == null) {
            return List.of();
        }
        List<String> texts = new ArrayList<>();
        if (value.isTextual()) {
            texts.add(value.textValue());
        }
        value.forEach(text -> texts.add(text.isTextual() ? text.textValue() : ""));
        if (!value.isTextual() && !value.isArray() || texts.contains("") || texts.size() > most) {
            throw unfit(name, value, "a list of at most " + most + " texts, none of them empty");
        }
        return List.copyOf(texts);
    }

    /** A list of token ids, which may be empty. */
    public Optional<int[]> ids(String name, int most, int vocabSize) {
        JsonNode value = value(name);
        if (value == null) {
            return Optional.empty();
        }
        if (!value.isArray() || value.size() > most) {
            throw unfit(name, value, "a list of at most " + most + " token ids");
        }
        int[] ids = new int[value.size()];
        for (int i = 0; i < ids.length; i++) {
            JsonNode id = value.get(i);
            OptionalInt number = id.isIntegralNumber() && id.canConvertToInt() ? OptionalInt.of(id.intValue())
                    : OptionalInt.empty();
            ids[i] = number.orElse(-1);
            if (ids[i] < 0 || ids[i] >= vocabSize) {
                throw unfit(name + "[" + i + "]", id, "a token id from 0 to " + (vocabSize - 1));
            }
        }
        return Optional.of(ids);
    }

    /** @throws RequestException where the client gave a field that nobody asked for */
    public void refuseOthers() {
        object.fieldNames().forEachRemaining(name -> {
            if (!asked.contains(name)) {
                throw RequestException.wrong(name, name + ": is no field of this request; expected "
                        + String.join(", ", asked.stream().sorted().toList()));
            }
        });
    }

    private JsonNode value(String name) {
        asked.add(name);
        JsonNode value = object.get(name);
        return value == null || value.isNull() ? null : value;
    }

    private static RequestException unfit(String name, JsonNode found, String expected) {
        String shown = found.isArray() ? "a list of " + found.size() : found.isObject() ? "an object"
                : found.toString();
        return RequestException.wrong(name, name + ": found "
                + (shown.length() > 60 ? shown.substring(0, 60) + "…" : shown) + ", expected " + expected);
    }
}
