package inkhorn.serve.play;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import inkhorn.checkpoint.Checkpoint;
import inkhorn.checkpoint.CheckpointException;
import inkhorn.checkpoint.ModelFiles;
import inkhorn.data.files.Json;
import inkhorn.generate.TrainedModel;
import inkhorn.generate.VocabularyPadding;
import inkhorn.inspect.AttentionData;
import inkhorn.inspect.AttentionPage;
import inkhorn.inspect.AttentionView;
import inkhorn.inspect.EmbeddingMap;
import inkhorn.inspect.ModelSummary;
import inkhorn.inspect.Neighbours;
import inkhorn.nn.Gpt;
import inkhorn.serve.Feature;
import inkhorn.serve.Fields;
import inkhorn.serve.Request;
import inkhorn.serve.RequestException;
import inkhorn.serve.Route;
import inkhorn.serve.model.ServedModel;
import inkhorn.serve.model.ServedModels;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.stream.IntStream;

/**
 * The requests of the page Inside: the attention and the logit lens of a text, the parameters, and the neighbours and
 * the map of the token embeddings.
 */
public final class InsideFeature implements Feature {

    private static final int MOST_NEIGHBOURS = 100;
    /** Beyond, the principal components would take minutes. */
    private static final int MOST_CHANNELS = 2048;

    private final ServedModels models;
    /** Of the models that are open. */
    private final Map<TrainedModel, EmbeddingMap> maps = new WeakHashMap<>();

    public InsideFeature(ServedModels models) {
        this.models = models;
    }

    private record Summary(String model, List<ModelSummary.Weights> parameters, long parameterCount,
                           long trainedCount, double flopsPerToken, List<ModelSummary.Step> walk) {
    }

    private record Neighbourhood(String model, int id, List<Neighbours.Neighbour> neighbours) {
    }

    @Override
    public List<Route> routes() {
        return List.of(
                Route.post("/api/inside/attention", request -> request.reply(attention(new Fields(request.json())))),
                Route.get("/api/inside/summary", request -> request.reply(summary(model(request)))),
                Route.get("/api/inside/neighbours", request -> request.reply(neighbours(request))),
                Route.get("/api/inside/map", request -> request.reply(map(model(request)))));
    }

    private ServedModel model(Request request) {
        return models.get(request.query("model").orElse(null));
    }

    /** The last tokens of the text, as many as the model sees and a page shows; {@code from} is the first of them. */
    private ObjectNode attention(Fields fields) throws Exception {
        ServedModel served = models.get(fields.text("model").orElse(null));
        int[] ids = WritingRequest.text(fields, served.trained());
        fields.refuseOthers();
        if (!(served.trained().model() instanceof Gpt gpt)) {
            throw RequestException.wrong("model", "model: " + served.name() + " is a bigram model, which has no"
                    + " attention; choose one of kind gpt");
        }
        int layers = gpt.gptConfig().nLayer();
        int heads = gpt.gptConfig().nHead();
        int most = Math.min(gpt.blockSize(), AttentionPage.mostTokens((long) layers * heads));
        int from = Math.max(0, ids.length - most);
        String data = served.compute(() -> AttentionData.forPage(AttentionView.of(served.name(), gpt,
                served.trained().tokenizer(), Arrays.copyOfRange(ids, from, ids.length),
                IntStream.range(0, layers).boxed().toList(), IntStream.range(0, heads).boxed().toList())));
        ObjectNode reply = Json.MAPPER.createObjectNode().put("from", from).put("most", most);
        reply.putRawValue("data", new RawValue(data));
        return reply;
    }

    /** On shapes alone, so that it disturbs nothing that is computed meanwhile. */
    private static Summary summary(ServedModel served) {
        try {
            Checkpoint checkpoint = TrainedModel.checkpoint(served.path());
            ModelSummary summary = ModelSummary.of(ModelFiles.architecture(checkpoint,
                    VocabularyPadding.withoutPadding(checkpoint, served.trained().tokenizer())), 1,
                    served.trained().model().blockSize());
            return new Summary(served.name(), summary.parameters(), summary.parameterCount(), summary.trainedCount(),
                    summary.flopsPerToken(), summary.walk());
        } catch (CheckpointException e) {
            throw RequestException.of(500, "model_unreadable", e.getMessage());
        }
    }

    private Neighbourhood neighbours(Request request) throws Exception {
        ServedModel served = model(request);
        int id = number(request, "id", "0", 0, served.trained().model().vocabSize() - 1);
        int top = number(request, "top", "12", 1, MOST_NEIGHBOURS);
        return new Neighbourhood(served.name(), id, served.compute(
                () -> Neighbours.of(served.trained().model().tokenTable(), id, top)));
    }

    private static int number(Request request, String name, String absent, int least, int most) {
        ObjectNode field = Json.MAPPER.createObjectNode().put(name, request.query(name).orElse(absent));
        return (int) new Fields(field).whole(name, 0, least, most);
    }

    /** On the thread of the request: it reads the table only, and would hold up those who write for seconds. */
    private EmbeddingMap map(ServedModel served) {
        TrainedModel trained = served.trained();
        int channels = trained.model().tokenTable().shape().last();
        if (channels > MOST_CHANNELS) {
            throw RequestException.of(422, "too_large", "embeddings of " + channels + " channels are too large for a"
                    + " map; at most " + MOST_CHANNELS + " are allowed");
        }
        synchronized (maps) {
            return maps.computeIfAbsent(trained, its -> EmbeddingMap.of(its.model().tokenTable()));
        }
    }
}
