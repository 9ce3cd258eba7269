package inkhorn.cli.terminal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;

/** Records as JSON. */
public final class JsonText {

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(SerializationFeature.INDENT_OUTPUT).enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER).build();

    private JsonText() {
    }

    /** One object and a line break; component names in snake case. */
    public static String of(Record document) {
        return written(MAPPER.writer(), document);
    }

    /** As {@link #of}, but on a single line, for one object of many. */
    public static String line(Record document) {
        return written(MAPPER.writer().without(SerializationFeature.INDENT_OUTPUT), document);
    }

    private static String written(ObjectWriter writer, Record document) {
        try {
            return writer.writeValueAsString(document) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("records of numbers and strings are always JSON", e);
        }
    }
}
