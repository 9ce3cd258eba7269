package inkhorn.serve.play;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import inkhorn.data.files.Json;
import inkhorn.data.tokenizer.StreamDecoder;
import inkhorn.data.tokenizer.Tokenizer;
import inkhorn.generate.BeamSearch;
import inkhorn.generate.FinishReason;
import inkhorn.generate.NextLogits;
import inkhorn.generate.NonFiniteLogitsException;
import inkhorn.generate.Scores;
import inkhorn.generate.StreamedText;
import inkhorn.nn.Gpt;
import inkhorn.nn.LanguageModel;
import inkhorn.serve.EventStream;
import inkhorn.serve.Feature;
import inkhorn.serve.Fields;
import inkhorn.serve.Request;
import inkhorn.serve.RequestException;
import inkhorn.serve.Route;
import inkhorn.serve.WebServer;
import inkhorn.serve.model.ServedModel;
import inkhorn.serve.model.ServedModels;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Semaphore;

/** The requests of the page Playground: the models, texts while they are generated, and the logits after any token. */
public final class PlayFeature implements Feature {

    /** Texts that are written at the same time. */
    private static final int TEXTS = 16;

    private final ServedModels models;
    private final Semaphore places = new Semaphore(TEXTS);

    public PlayFeature(ServedModels models) {
        this.models = models;
    }

    /** The names that clients may ask for. */
    private record Offered(List<String> models) {
    }

    /**
     * A model, for people who choose one.
     *
     * @param kind       gpt or bigram
     * @param layers     null where it is no GPT, as heads and channels
     * @param endOfText  the id of the token that ends a text, or null
     */
    private record ModelFacts(String name, String kind, long parameters, Integer layers, Integer heads,
                              Integer channels, int vocabSize, int blockSize, String tokenizer, Integer endOfText,
                              WritingRequest.Most most) {
    }

    private record TextTokens(String model, List<TextForms.TextToken> tokens) {
    }

    /** One a token, in the order of ids. */
    private record Logits(String model, float[] logits) {
    }

    @Override
    public List<Route> routes() {
        return List.of(
                Route.get("/api/models", request -> request.reply(new Offered(models.names()))),
                Route.get("/api/models/{name}", request -> request.reply(facts(models.get(request.path("name"))))),
                Route.get("/api/play/vocabulary", request -> request.reply(vocabulary(request))),
                Route.post("/api/play/tokens", request -> request.reply(tokens(new Fields(request.json())))),
                Route.post("/api/play/logits", request -> request.reply(logits(new Fields(request.json())))),
                Route.post("/api/play/write", this::write));
    }

    private static ModelFacts facts(ServedModel served) {
        LanguageModel model = served.trained().model();
        Tokenizer tokenizer = served.trained().tokenizer();
        Gpt gpt = model instanceof Gpt its ? its : null;
        return new ModelFacts(served.name(), gpt == null ? "bigram" : "gpt", model.parameterCount(),
                gpt == null ? null : gpt.gptConfig().nLayer(), gpt == null ? null : gpt.gptConfig().nHead(),
                gpt == null ? null : gpt.gptConfig().nEmbd(), model.vocabSize(), model.blockSize(), tokenizer.name(),
                tokenizer.endOfText().isPresent() ? tokenizer.endOfText().getAsInt() : null, WritingRequest.MOST);
    }

    private TextForms.TokenNames vocabulary(Request request) {
        ServedModel served = models.get(request.query("model").orElse(null));
        return TextForms.names(served.name(), served.trained().tokenizer());
    }

    private TextTokens tokens(Fields fields) {
        ServedModel served = models.get(fields.text("model").orElse(null));
        int[] ids = WritingRequest.text(fields, served.trained());
        fields.refuseOthers();
        return new TextTokens(served.name(), TextForms.of(ids, served.trained().tokenizer()));
    }

    private Logits logits(Fields fields) throws Exception {
        ServedModel served = models.get(fields.text("model").orElse(null));
        int[] ids = WritingRequest.text(fields, served.trained());
        fields.refuseOthers();
        try (NextLogits next = served.logits()) {
            float[] row = next.start(new int[][] {ids})[0];
            for (float logit : row) {
                if (!Float.isFinite(logit)) {
                    throw RequestException.of(500, "not_finite", "the model's logits are not finite numbers, as after"
                            + " a failed training; choose another checkpoint");
                }
            }
            return new Logits(served.name(), row);
        }
    }

    private void write(Request request) throws Exception {
        Fields fields = new Fields(request.json());
        ServedModel served = models.get(fields.text("model").orElse(null));
        WritingRequest asked = WritingRequest.of(fields, served.trained());
        if (!places.tryAcquire()) {
            throw RequestException.busy(TEXTS + " texts are being written already");
        }
        try (EventStream events = request.events()) {
            new TextInProgress(served, asked, events).write();
        } finally {
            places.release();
        }
    }

    /** A text on its way to the client, as events; ends when the client has gone. */
    private static final class TextInProgress {
        private final ServedModel served;
        private final WritingRequest asked;
        private final EventStream events;
        private final Tokenizer tokenizer;
        private final String prompt;
        private final long started = System.nanoTime();
        private IOException gone;

        TextInProgress(ServedModel served, WritingRequest asked, EventStream events) {
            this.served = served;
            this.asked = asked;
            this.events = events;
            this.tokenizer = served.trained().tokenizer();
            this.prompt = tokenizer.decode(asked.text().ids());
        }

        void write() throws IOException {
            ObjectNode start = event("start");
            start.put("model", served.name());
            start.set("tokens", Json.MAPPER.valueToTree(TextForms.of(asked.text().ids(), tokenizer)));
            start.put("prompt_length", asked.text().promptLength());
            send(start);
            try {
                if (asked.beams().isPresent()) {
                    search();
                } else {
                    draw();
                }
            } catch (RequestException e) {
                send(WebServer.error(e));
            } catch (NonFiniteLogitsException e) {
                send(WebServer.error(RequestException.of(500, "not_finite", e.getMessage())));
            }
            if (gone != null) {
                throw gone;
            }
        }

        private void draw() {
            StringBuilder text = new StringBuilder();
            StreamedText streamed = new StreamedText(tokenizer, prompt, asked.stops(), text::append);
            StreamDecoder pieces = tokenizer.streamDecoderAfter(prompt);
            FinishReason reason = new PlayWriter(served).write(asked, (id, logits) -> {
                ObjectNode token = event("token");
                token.put("id", id).put("text", pieces.next(id));
                token.put("log_probability", Scores.logProbability(logits, id));
                return send(token) & streamed.accept(id, logits);
            });
            streamed.finish();
            ObjectNode end = event("end");
            end.put("reason", word(reason)).put("text", text.toString()).put("rest", pieces.finish());
            send(end.put("ms", milliseconds()));
        }

        private void search() {
            List<BeamSearch.Hypothesis> found = new PlayWriter(served).search(asked, prompt, (going, ended) -> {
                ObjectNode step = event("step");
                step.set("going", branches(going));
                step.set("ended", branches(ended));
                return send(step);
            });
            ObjectNode end = event("end");
            ArrayNode texts = end.putArray("hypotheses");
            for (BeamSearch.Hypothesis hypothesis : found) {
                StringBuilder text = new StringBuilder();
                StreamedText streamed = new StreamedText(tokenizer, prompt, asked.stops(), text::append);
                List<TextForms.TextToken> tokens = new ArrayList<>();
                StreamDecoder pieces = tokenizer.streamDecoderAfter(prompt);
                Arrays.stream(hypothesis.ids()).forEach(id -> {
                    streamed.accept(id, null);
                    tokens.add(new TextForms.TextToken(id, pieces.next(id)));
                });
                streamed.finish();
                ObjectNode one = texts.addObject().put("text", text.toString());
                one.put("score", hypothesis.score()).put("reason", word(hypothesis.reason()));
                one.set("tokens", Json.MAPPER.valueToTree(tokens));
                one.set("log_probabilities", Json.MAPPER.valueToTree(hypothesis.logProbabilities()));
            }
            send(end.put("ms", milliseconds()));
        }

        private static JsonNode branches(List<BeamSearch.Branch> branches) {
            return Json.MAPPER.valueToTree(branches.stream().map(branch -> {
                ObjectNode node = Json.MAPPER.createObjectNode().put("parent", branch.parent()).put("id", branch.id());
                node.put("log_probability", branch.logProbability()).put("score", branch.score());
                return branch.reason() == null ? node : node.put("reason", word(branch.reason()));
            }).toList());
        }

        private double milliseconds() {
            return (System.nanoTime() - started) / 1e6;
        }

        /** @return whether the client is still there */
        private boolean send(ObjectNode event) {
            try {
                events.send(new String(Json.bytes(event), StandardCharsets.UTF_8));
            } catch (IOException e) {
                gone = e;
            }
            return gone == null;
        }

        private static ObjectNode event(String name) {
            return Json.MAPPER.createObjectNode().put("event", name);
        }

        private static String word(FinishReason reason) {
            return reason.name().toLowerCase(Locale.ROOT);
        }
    }
}
