package inkhorn.inspect;

import com.fasterxml.jackson.core.JsonGenerator;
import inkhorn.data.files.Json;
import inkhorn.inspect.LogitLens.Candidate;
import inkhorn.inspect.LogitLens.Prediction;
import inkhorn.nn.GptConfig;
import java.io.IOException;
import java.io.StringWriter;
import java.io.Writer;
import java.util.List;

/** The chosen heads, the logit lens and the next tokens as JSON or CSV. */
public final class AttentionData {
    /** Candidates of the logit lens at each layer. */
    private static final int LENS = 5;
    private static final int NEXT = 20;

    private final AttentionView view;
    private final JsonGenerator json;
    /** For a page: rounded, and without what follows from the rest. */
    private final boolean brief;

    private AttentionData(AttentionView view, JsonGenerator json, boolean brief) {
        this.view = view;
        this.json = json;
        this.brief = brief;
    }

    /** One object: model, tokens, heads with their four stages (a masked score is null), lens, next. */
    public static String json(AttentionView view) throws IOException {
        return write(view, false) + "\n";
    }

    /** The same for a page: rounded to what it shows, and without what follows from the rest. */
    public static String forPage(AttentionView view) throws IOException {
        return write(view, true);
    }

    private static String write(AttentionView view, boolean brief) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = Json.MAPPER.createGenerator(text)) {
            new AttentionData(view, json, brief).write();
        }
        return text.toString();
    }

    private void write() throws IOException {
        json.writeStartObject();
        GptConfig config = view.config();
        json.writePOJOField("model", new Model(view.name(), config.nLayer(), config.nHead(), config.nEmbd(),
                config.headSize(), config.vocabSize(), config.blockSize()));
        json.writePOJOField("tokens", view.tokens());
        json.writeArrayFieldStart("heads");
        for (int layer : view.layers()) {
            for (int head : view.heads()) {
                head(view.capture().head(layer, head));
            }
        }
        json.writeEndArray();
        json.writeArrayFieldStart("lens");
        List<List<Prediction>> lens = LogitLens.of(view.capture(), LENS);
        for (int i = 0; i < lens.size(); i++) {
            json.writeStartObject();
            json.writeStringField("after", i == 0 ? "embedding" : "layer " + (i - 1));
            predictions("positions", lens.get(i));
            json.writeEndObject();
        }
        json.writeEndArray();
        predictions("next", LogitLens.output(view.capture(), NEXT));
        json.writeEndObject();
    }

    private record Model(String name, int layers, int heads, int channels, int headSize, int vocabulary,
            int blockSize) {}

    private void head(HeadStages stages) throws IOException {
        json.writeStartObject();
        json.writeNumberField("layer", stages.layer());
        json.writeNumberField("head", stages.head());
        matrix("scores", stages.scores(), 3);
        if (!brief) {
            matrix("masked", stages.masked(), 3);
        }
        matrix("weights", stages.weights(), 4);
        matrix("values", stages.values(), 3);
        if (!brief) {
            matrix("output", stages.output(), 3);
        }
        json.writeEndObject();
    }

    private void matrix(String name, double[][] rows, int digits) throws IOException {
        json.writeArrayFieldStart(name);
        for (double[] row : rows) {
            json.writeStartArray();
            for (double value : row) {
                number(value, digits);
            }
            json.writeEndArray();
        }
        json.writeEndArray();
    }

    private void number(double value, int digits) throws IOException {
        double unit = Math.pow(10, digits);
        if (Double.isInfinite(value)) {
            json.writeNull();
        } else if (value == 0) {
            json.writeNumber(0);
        } else if (brief) {
            json.writeNumber(Math.rint(value * unit) / unit);
        } else {
            json.writeNumber((float) value);
        }
    }

    private void predictions(String name, List<Prediction> predictions) throws IOException {
        json.writeArrayFieldStart(name);
        for (Prediction prediction : predictions) {
            json.writeStartObject();
            json.writeArrayFieldStart("top");
            for (Candidate candidate : prediction.top()) {
                candidate(candidate);
            }
            json.writeEndArray();
            if (prediction.next() != null) {
                json.writeFieldName("follows");
                candidate(prediction.next());
                json.writeNumberField("rank", prediction.nextRank());
            }
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private void candidate(Candidate candidate) throws IOException {
        json.writeStartObject();
        json.writeNumberField("id", candidate.id());
        json.writeStringField("label", view.label().apply(candidate.id()));
        json.writeFieldName("logit");
        number(candidate.logit(), 3);
        json.writeFieldName("probability");
        number(candidate.probability(), 6);
        json.writeEndObject();
    }

    /**
     * One line a number: {@code layer,head,stage,position,token,column,value}; the column is the position looked at,
     * in the last stage the channel. Labels stand on one line, so that every record is one.
     */
    public static void csv(AttentionView view, Writer out) throws IOException {
        out.write("layer,head,stage,position,token,column,value\n");
        for (int layer : view.layers()) {
            for (int head : view.heads()) {
                HeadStages stages = view.capture().head(layer, head);
                csv(view, stages, "scores", stages.scores(), out);
                csv(view, stages, "masked", stages.masked(), out);
                csv(view, stages, "softmax", stages.weights(), out);
                csv(view, stages, "weighted_values", stages.output(), out);
            }
        }
    }

    private static void csv(AttentionView view, HeadStages stages, String name, double[][] rows, Writer out)
            throws IOException {
        for (int t = 0; t < rows.length; t++) {
            String quoted = '"' + view.tokens().get(t).label().replace("\"", "\"\"") + '"';
            for (int c = 0; c < rows[t].length; c++) {
                out.write(stages.layer() + "," + stages.head() + "," + name + "," + t + "," + quoted + "," + c + ","
                        + (float) rows[t][c] + "\n");
            }
        }
    }
}
