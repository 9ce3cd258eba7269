package inkhorn.serve.runs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import inkhorn.data.files.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A run's whole log as columns, for charts. */
final class RunCurves {

    /** More records than that are drawn as one in two, in four and so on: no screen has as many pixels. */
    private static final int MOST_RECORDS = 8192;
    private static final List<String> AXES = List.of("step", "tokens", "seconds");
    private static final Map<String, List<String>> COLUMNS = Map.of(
            "train", List.of("loss", "lr", "grad_norm", "tokens_per_s", "peak_share"),
            "eval", List.of("train_loss", "val_loss", "val_bits_per_byte"));

    private RunCurves() {
    }

    static ObjectNode of(Path metrics) throws IOException {
        ObjectNode curves = Json.MAPPER.createObjectNode();
        COLUMNS.forEach((event, columns) -> {
            ObjectNode part = curves.putObject(event);
            AXES.forEach(part::putArray);
            columns.forEach(part::putArray);
        });
        MetricsCursor cursor = new MetricsCursor(metrics);
        for (var lines = cursor.next(); !lines.isEmpty(); lines = cursor.next()) {
            lines.forEach(line -> add(curves, line.json()));
        }
        COLUMNS.keySet().forEach(event -> thin((ObjectNode) curves.get(event)));
        return curves;
    }

    private static void add(ObjectNode curves, ObjectNode record) {
        if (curves.get(record.path("event").asText()) instanceof ObjectNode part) {
            part.fields().forEachRemaining(column -> {
                JsonNode value = record.get(column.getKey());
                ((ArrayNode) column.getValue()).add(value != null && value.isNumber() ? value : null);
            });
        }
    }

    private static void thin(ObjectNode part) {
        int size = part.get("step").size();
        int stride = Math.max(1, Integer.highestOneBit((size - 1) / MOST_RECORDS * 2 + 1));
        if (stride > 1) {
            part.fieldNames().forEachRemaining(name -> {
                ArrayNode thinned = Json.MAPPER.createArrayNode();
                for (int i = (size - 1) % stride; i < size; i += stride) {
                    thinned.add(part.get(name).get(i));
                }
                part.set(name, thinned);
            });
        }
    }
}
