package inkhorn.serve.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import inkhorn.autograd.kernel.KernelProvider;
import inkhorn.data.files.Hashes;
import inkhorn.data.files.Json;
import inkhorn.serve.EventStream;
import inkhorn.serve.Feature;
import inkhorn.serve.Request;
import inkhorn.serve.RequestException;
import inkhorn.serve.Route;
import inkhorn.serve.WebServer;
import inkhorn.serve.model.ServedModel;
import inkhorn.serve.model.ServedModels;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/** The addresses of OpenAI's API that a language model for text can answer. */
public final class ApiFeature implements Feature {
    /**
     * Between two chunks of a stream. A client reads no faster than that, and 64 streams of a small model would come to
     * tens of thousands of chunks a second.
     */
    private static final long CHUNK_MS = 50;
    /** Of all streams together. Where there are more, each waits longer, since chunks take the texts' own time. */
    private static final int CHUNKS_PER_SECOND = 640;
    /** After which a silent stream shows that it is alive, and finds out whether its client is. */
    private static final long PING_MS = 1_000;
    private static final long LOOK_MS = 250;

    private final ServedModels models;
    private final AtomicInteger streams = new AtomicInteger();

    public ApiFeature(ServedModels models) {
        this.models = models;
    }

    @Override
    public List<Route> routes() {
        return List.of(Route.get("/v1/models", this::list), Route.get("/v1/models/{id}", this::model),
                Route.post("/v1/completions", this::complete), Route.post("/v1/chat/completions", this::chat));
    }

    /** Texts that are being written end with the server. */
    @Override
    public void close() {
        models.endTexts();
    }

    private void list(Request request) throws IOException {
        ObjectNode list = Json.MAPPER.createObjectNode().put("object", "list");
        list.putArray("data");
        for (String name : models.names()) {
            list.withArray("data").add(describe(name));
        }
        request.reply(list);
    }

    private void model(Request request) throws IOException {
        request.reply(describe(request.path("id")));
    }

    private ObjectNode describe(String name) throws IOException {
        return Json.MAPPER.createObjectNode().put("id", name).put("object", "model")
                .put("created", Files.getLastModifiedTime(models.path(name)).toMillis() / 1000)
                .put("owned_by", "inkhorn");
    }

    private void complete(Request request) throws Exception {
        ObjectNode body = request.json();
        ServedModel model = wantedModel(body);
        Wanted wanted = Wanted.ofCompletion(body, model.trained());
        answer(request, model, wanted, new CompletionForm(id(), now(), model, fingerprint(model.path())));
    }

    private void chat(Request request) throws Exception {
        ObjectNode body = request.json();
        ServedModel model = wantedModel(body);
        Wanted wanted = Wanted.ofChat(body, model.trained());
        answer(request, model, wanted, new ChatForm(id(), now(), model, fingerprint(model.path())));
    }

    private ServedModel wantedModel(ObjectNode body) {
        if (body.hasNonNull("model") && !body.get("model").isTextual()) {
            throw RequestException.wrong("model", "model: expected a text, the name of a model");
        }
        return models.get(body.path("model").textValue());
    }

    private void answer(Request request, ServedModel model, Wanted wanted, AnswerForm form) throws Exception {
        List<Echo> echoes = new ArrayList<>();
        for (Wanted.Prompt prompt : wanted.prompts()) {
            echoes.add(echo(model, wanted, prompt));
        }
        try (Answer answer = new Answer(model, wanted)) {
            if (wanted.stream()) {
                stream(request, wanted, form, echoes, answer);
            } else {
                whole(request, wanted, form, echoes, answer);
            }
        }
    }

    /** What stands before a text in the answer. */
    private record Echo(String text, List<TokenScore> scores) {
    }

    private static Echo echo(ServedModel model, Wanted wanted, Wanted.Prompt prompt) throws Exception {
        boolean isScored = wanted.top() >= 0;
        if (!wanted.echo()) {
            return new Echo("", isScored ? List.of() : null);
        }
        return new Echo(prompt.text(), !isScored ? null
                : model.compute(() -> PromptScores.of(model.trained(), prompt, wanted.top())));
    }

    private static void whole(Request request, Wanted wanted, AnswerForm form, List<Echo> echoes, Answer answer)
            throws IOException, InterruptedException {
        while (!answer.hasEnded()) {
            answer.awaitEnd(LOOK_MS);
            if (request.isGone()) {
                throw new IOException("the client has gone");
            }
        }
        answer.requireWhole();
        List<ObjectNode> choices = new ArrayList<>();
        for (int i = 0; i < echoes.size(); i++) {
            List<ChoiceText> written = new ArrayList<>(
                    answer.texts().subList(i * wanted.bestOf(), (i + 1) * wanted.bestOf()));
            if (wanted.bestOf() > wanted.n()) {
                written.sort(Comparator.comparingDouble(ChoiceText::meanLogProbability).reversed());
            }
            for (ChoiceText text : written.subList(0, wanted.n())) {
                ChoiceText.Part part = text.take();
                Echo echo = echoes.get(i);
                choices.add(form.choice(choices.size(), echo.text() + part.text(),
                        joined(echo, part.scores()), part.reason(), false));
            }
        }
        request.reply(form.answer(choices, false).set("usage", usage(wanted, answer)));
    }

    private static List<TokenScore> joined(Echo echo, List<TokenScore> scores) {
        if (scores == null) {
            return null;
        }
        List<TokenScore> all = new ArrayList<>(echo.scores());
        scores.forEach(score -> all.add(score.movedBy(echo.text().length())));
        return all;
    }

    private static ObjectNode usage(Wanted wanted, Answer answer) {
        return AnswerForm.usage(wanted.prompts().stream().mapToInt(prompt -> prompt.ids().length).sum(),
                answer.tokens());
    }

    private void stream(Request request, Wanted wanted, AnswerForm form, List<Echo> echoes, Answer answer)
            throws IOException, InterruptedException {
        streams.incrementAndGet();
        try (EventStream events = request.events()) {
            for (int i = 0; i < answer.texts().size(); i++) {
                Echo echo = echoes.get(i / wanted.n());
                ObjectNode opening = form.opening(i, echo.text(), echo.scores());
                if (opening != null) {
                    add(events, wanted, form, List.of(opening));
                    events.flush();
                }
            }
            boolean[] isTold = new boolean[answer.texts().size()];
            boolean isLast;
            do {
                answer.awaitText(PING_MS);
                isLast = answer.hasEnded();     // before what there is is taken, so that nothing comes after it
                if (!addParts(events, wanted, form, echoes, answer, isTold)) {
                    events.ping();
                } else if (!isLast) {
                    events.flush();
                }
                answer.awaitEnd(Math.max(CHUNK_MS, streams.get() * 1_000L / CHUNKS_PER_SECOND));
            } while (!isLast);
            try {
                answer.requireWhole();
            } catch (RequestException e) {
                events.add(text(WebServer.error(e)));
                return;
            }
            if (wanted.usage()) {
                events.add(text(form.answer(List.of(), true).set("usage", usage(wanted, answer))));
            }
            events.add("[DONE]");
        } finally {
            streams.decrementAndGet();
        }
    }

    /** @return whether there was anything */
    private static boolean addParts(EventStream events, Wanted wanted, AnswerForm form, List<Echo> echoes,
            Answer answer, boolean[] isTold) throws IOException {
        boolean isAny = false;
        for (int i = 0; i < isTold.length; i++) {
            ChoiceText.Part part = answer.texts().get(i).take();
            if (part.isNothing() || isTold[i]) {
                continue;
            }
            int before = echoes.get(i / wanted.n()).text().length();
            List<TokenScore> scores = part.scores() == null ? null
                    : part.scores().stream().map(score -> score.movedBy(before)).toList();
            if (!part.text().isEmpty() || scores != null && !scores.isEmpty()) {
                add(events, wanted, form, List.of(form.choice(i, part.text(), scores, null, true)));
            }
            if (part.reason() != null) {
                add(events, wanted, form, List.of(form.choice(i, "", null, part.reason(), true)));
                isTold[i] = true;
            }
            isAny = true;
        }
        return isAny;
    }

    private static void add(EventStream events, Wanted wanted, AnswerForm form, List<ObjectNode> choices)
            throws IOException {
        ObjectNode chunk = form.answer(choices, true);
        if (wanted.usage()) {
            chunk.putNull("usage");
        }
        events.add(text(chunk));
    }

    private static String text(Object json) {
        return new String(Json.bytes(json), StandardCharsets.UTF_8);
    }

    /** Changes with what decides about the bits of a text: the weights and the kernels. */
    private static String fingerprint(Path path) throws IOException {
        Path real = path.toRealPath();
        String all = KernelProvider.describeChoice() + real + Files.getLastModifiedTime(real);
        return "fp_" + Hashes.sha256(all.getBytes(StandardCharsets.UTF_8)).substring(0, 10);
    }

    private static String id() {
        return String.format("%016x%016x", ThreadLocalRandom.current().nextLong(),
                ThreadLocalRandom.current().nextLong());
    }

    private static long now() {
        return Instant.now().getEpochSecond();
    }
}
