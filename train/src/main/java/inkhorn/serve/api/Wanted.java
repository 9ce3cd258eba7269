package inkhorn.serve.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import inkhorn.data.DataException;
import inkhorn.generate.LogitTransform;
import inkhorn.generate.Penalties;
import inkhorn.generate.Sampler;
import inkhorn.generate.TrainedModel;
import inkhorn.generate.Warping;
import inkhorn.serve.Fields;
import inkhorn.serve.RequestException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

/**
 * The parameters of a request: OpenAI's parameters with OpenAI's defaults, and {@code top_k}, {@code min_p} and
 * {@code repetition_penalty} as vLLM has them.
 *
 * @param prompts at least one, each with at least one token
 * @param stops   texts that end a text
 * @param tokens  at most, of each text
 * @param n       texts to answer with for each prompt
 * @param bestOf  texts to write for each prompt, at least {@code n}
 * @param top     of the likeliest tokens to tell at each place; -1 without log-probabilities
 * @param echo    whether the prompt is part of the answer
 * @param stream  whether the answer is sent as it is written
 * @param usage   whether the stream ends with the count of tokens
 */
record Wanted(List<Prompt> prompts, Sampler sampler, long seed, List<String> stops, int tokens, int n, int bestOf,
              int top, boolean echo, boolean stream, boolean usage) {

    /** @param text what the client gave, or what its tokens stand for */
    record Prompt(String text, int[] ids) {
    }

    /** The most that one request may ask for. */
    static final int MOST_PROMPT_TOKENS = 16_384;
    static final int MOST_TOKENS = 16_384;
    private static final int MOST_TEXTS = 128;
    private static final int MOST_STOPS = 16;
    private static final int MOST_TOP = 20;

    private static final int DEFAULT_TOKENS = 16;
    private static final Set<String> COMMON = Set.of("model", "max_tokens", "temperature", "top_p", "n", "stream",
            "stream_options", "logprobs", "stop", "presence_penalty", "frequency_penalty", "logit_bias", "seed", "user",
            "top_k", "min_p", "repetition_penalty");
    private static final Set<String> OF_COMPLETIONS = Set.of("prompt", "suffix", "echo", "best_of");
    private static final Set<String> OF_CHAT = Set.of("messages", "max_completion_tokens", "top_logprobs", "tools",
            "tool_choice", "parallel_tool_calls", "functions", "function_call", "response_format", "modalities",
            "audio", "prediction", "reasoning_effort", "web_search_options", "store", "metadata", "service_tier",
            "verbosity");
    /** Those of OpenAI's that ask for what a model of this kind does not do. */
    private static final Set<String> REFUSED = Set.of("suffix", "tools", "tool_choice", "parallel_tool_calls",
            "functions", "function_call", "modalities", "audio", "prediction", "reasoning_effort",
            "web_search_options", "store", "metadata", "service_tier", "verbosity");

    /** @throws RequestException naming the parameter that is wrong and what is allowed */
    static Wanted ofCompletion(ObjectNode body, TrainedModel trained) {
        refuseUnknown(body, OF_COMPLETIONS);
        Fields fields = new Fields(body);
        List<Prompt> prompts = prompts(body.get("prompt"), trained);
        int n = (int) fields.whole("n", 1, 1, MOST_TEXTS);
        int bestOf = (int) fields.whole("best_of", n, n, MOST_TEXTS);
        boolean stream = fields.flag("stream", false);
        if (stream && bestOf > n) {
            throw RequestException.wrong("best_of", "best_of: found " + bestOf + " with stream, expected n, which is "
                    + n + "; which text is best is known at the end");
        }
        return new Wanted(prompts, sampler(body, fields, trained.model().vocabSize()), seed(fields),
                fields.texts("stop", MOST_STOPS), (int) fields.whole("max_tokens", DEFAULT_TOKENS, 0, MOST_TOKENS), n,
                bestOf, (int) fields.whole("logprobs", -1, 0, MOST_TOP), fields.flag("echo", false), stream,
                usage(body, stream));
    }

    /** @throws RequestException naming the parameter that is wrong and what is allowed */
    static Wanted ofChat(ObjectNode body, TrainedModel trained) {
        refuseUnknown(body, OF_CHAT);
        Fields fields = new Fields(body);
        JsonNode format = body.path("response_format");
        if (!format.isMissingNode() && !format.isNull() && !format.path("type").asText().equals("text")) {
            throw unsupported("response_format", "expected text, found " + format.path("type").asText("none"));
        }
        ChatTemplate chat = ChatTemplate.of(body.get("messages"));
        Prompt prompt = prompt("messages", chat.prompt(), trained);
        if (fields.has("max_tokens") && fields.has("max_completion_tokens")) {
            throw RequestException.wrong("max_tokens", "max_tokens: is the older name of max_completion_tokens; give"
                    + " one of them");
        }
        int room = Math.max(DEFAULT_TOKENS, trained.model().blockSize() - prompt.ids().length);
        String name = fields.has("max_tokens") ? "max_tokens" : "max_completion_tokens";
        int n = (int) fields.whole("n", 1, 1, MOST_TEXTS);
        boolean isScored = fields.flag("logprobs", false);
        if (fields.has("top_logprobs") && !isScored) {
            throw RequestException.wrong("top_logprobs", "top_logprobs: needs logprobs to be true");
        }
        boolean stream = fields.flag("stream", false);
        List<String> stops = Stream.concat(fields.texts("stop", MOST_STOPS).stream(), chat.stops().stream()).toList();
        return new Wanted(List.of(prompt), sampler(body, fields, trained.model().vocabSize()), seed(fields), stops,
                (int) fields.whole(name, room, 1, MOST_TOKENS), n, n,
                isScored ? (int) fields.whole("top_logprobs", 0, 0, MOST_TOP) : -1, false, stream,
                usage(body, stream));
    }

    private static void refuseUnknown(ObjectNode body, Set<String> more) {
        body.fieldNames().forEachRemaining(name -> {
            if (!COMMON.contains(name) && !more.contains(name)) {
                throw RequestException.wrong(name, "Unrecognized request argument supplied: " + name);
            }
            if (REFUSED.contains(name) && !body.get(name).isNull()) {
                throw unsupported(name, "leave it out");
            }
        });
        JsonNode user = body.path("user");
        if (!user.isMissingNode() && !user.isNull() && !user.isTextual()) {
            throw RequestException.wrong("user", "user: expected a text");
        }
    }

    private static RequestException unsupported(String name, String what) {
        return RequestException.wrong(name, name + ": is not supported by this server; " + what);
    }

    private static long seed(Fields fields) {
        long any = ThreadLocalRandom.current().nextLong();
        return fields.whole("seed", any, Long.MIN_VALUE, Long.MAX_VALUE);
    }

    private static Sampler sampler(ObjectNode body, Fields fields, int vocabSize) {
        double temperature = within(fields, "temperature", 1, 0, 2);
        int topK = (int) fields.whole("top_k", 0, -1, Integer.MAX_VALUE);
        double topP = within(fields, "top_p", 1, 0, 1);
        if (topP == 0) {
            throw RequestException.wrong("top_p", "top_p: found 0, expected a number above 0 and at most 1");
        }
        double repetition = within(fields, "repetition_penalty", 1, 0, 100);
        if (repetition == 0) {
            throw RequestException.wrong("repetition_penalty",
                    "repetition_penalty: found 0, expected a number above 0");
        }
        LogitTransform all = LogitTransform.NONE;
        Map<Integer, Double> bias = bias(body.get("logit_bias"), vocabSize);
        all = bias.isEmpty() ? all : all.then(LogitTransform.bias(bias));
        all = all.then(new Penalties(repetition, within(fields, "presence_penalty", 0, -2, 2), 0).transform());
        double frequency = within(fields, "frequency_penalty", 0, -2, 2);
        all = frequency == 0 ? all : all.then(LogitTransform.frequencyPenalty(frequency));
        Warping warping = new Warping(temperature == 0 ? 1 : temperature, Math.max(0, topK), topP,
                within(fields, "min_p", 0, 0, 1), 1);
        return temperature == 0 ? Sampler.greedy(all) : Sampler.drawing(all.then(warping.transform()));
    }

    private static double within(Fields fields, String name, double absent, double least, double most) {
        double value = fields.decimal(name, absent);
        if (value < least || value > most) {
            throw RequestException.wrong(name, name + ": found " + value + ", expected a number from " + least + " to "
                    + most);
        }
        return value;
    }

    private static Map<Integer, Double> bias(JsonNode object, int vocabSize) {
        Map<Integer, Double> bias = new HashMap<>();
        if (object == null || object.isNull()) {
            return bias;
        }
        if (!object.isObject()) {
            throw RequestException.wrong("logit_bias", "logit_bias: expected an object of token ids and numbers");
        }
        object.fields().forEachRemaining(entry -> {
            double value = entry.getValue().isNumber() ? entry.getValue().doubleValue() : Double.NaN;
            int id = entry.getKey().matches("\\d{1,9}") ? Integer.parseInt(entry.getKey()) : -1;
            if (id < 0 || id >= vocabSize || !(value >= -100 && value <= 100)) {
                throw RequestException.wrong("logit_bias", "logit_bias: found " + entry.getKey() + ": "
                        + entry.getValue() + ", expected a token id from 0 to " + (vocabSize - 1)
                        + " and a number from -100 to 100");
            }
            bias.put(id, value);
        });
        return bias;
    }

    private static boolean usage(ObjectNode body, boolean stream) {
        JsonNode options = body.path("stream_options");
        if (options.isMissingNode() || options.isNull()) {
            return false;
        }
        if (!stream || !options.isObject()) {
            throw RequestException.wrong("stream_options", "stream_options: "
                    + (stream ? "expected an object" : "is allowed with stream alone"));
        }
        options.fieldNames().forEachRemaining(name -> {
            if (!name.equals("include_usage")) {
                throw RequestException.wrong("stream_options", "Unrecognized request argument supplied: stream_options."
                        + name);
            }
        });
        return new Fields((ObjectNode) options).flag("include_usage", false);
    }

    /** A text, a list of texts, tokens, or a list of tokens. */
    private static List<Prompt> prompts(JsonNode prompt, TrainedModel trained) {
        if (prompt == null || prompt.isNull()) {
            return List.of(prompt("prompt", "", trained));
        }
        if (prompt.isTextual()) {
            return List.of(prompt("prompt", prompt.textValue(), trained));
        }
        if (!prompt.isArray() || prompt.isEmpty() || prompt.size() > MOST_TEXTS && !prompt.get(0).isNumber()) {
            throw RequestException.wrong("prompt", "prompt: expected a text, a list of at most " + MOST_TEXTS
                    + " texts, tokens, or such a list of tokens");
        }
        if (prompt.get(0).isNumber()) {
            return List.of(prompt(prompt, trained));
        }
        List<Prompt> all = new ArrayList<>();
        for (JsonNode one : prompt) {
            all.add(one.isTextual() ? prompt("prompt", one.textValue(), trained) : prompt(one, trained));
        }
        return List.copyOf(all);
    }

    private static Prompt prompt(String name, String text, TrainedModel trained) {
        try {
            return checked(name, new Prompt(text, trained.prompt(text)));
        } catch (DataException e) {
            throw RequestException.wrong(name, name + ": " + e.getMessage());
        }
    }

    private static Prompt prompt(JsonNode tokens, TrainedModel trained) {
        int vocabSize = trained.model().vocabSize();
        if (!tokens.isArray() || tokens.isEmpty()) {
            throw RequestException.wrong("prompt", "prompt: expected texts alone or lists of tokens alone");
        }
        int[] ids = new int[tokens.size()];
        for (int i = 0; i < ids.length; i++) {
            JsonNode token = tokens.get(i);
            ids[i] = token.isIntegralNumber() && token.canConvertToInt() ? token.intValue() : -1;
            if (ids[i] < 0 || ids[i] >= vocabSize) {
                throw RequestException.wrong("prompt", "prompt: found " + token + ", expected a token from 0 to "
                        + (vocabSize - 1));
            }
        }
        return checked("prompt", new Prompt(trained.tokenizer().decode(ids), ids));
    }

    private static Prompt checked(String name, Prompt prompt) {
        if (prompt.ids().length > MOST_PROMPT_TOKENS) {
            throw RequestException.wrong(name, name + ": found " + prompt.ids().length + " tokens, expected at most "
                    + MOST_PROMPT_TOKENS);
        }
        return prompt;
    }
}
