package inkhorn.data.prepare;

import inkhorn.data.DataException;
import inkhorn.data.tokenizer.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.stream.IntStream;

/**
 * A prompt and its completion as ids, encoded apart: a prompt has the same ids when a model is asked to go on from it.
 * The completion ends with the tokenizer's end-of-text token; where there is none, with a line break, if the vocabulary
 * has it. An empty prompt becomes {@link Tokenizer#startOfText}, which an empty prompt is for the sampler too.
 *
 * @param ids              of both, one after the other
 * @param promptTokens     how many are the prompt's, at least 1
 * @param validation       whether it is for validation
 * @param characters       of both
 * @param bytes            of both in UTF-8
 * @param completionBytes  of the completion in UTF-8
 */
record EncodedExample(int[] ids, int promptTokens, boolean validation, long characters, long bytes,
        long completionBytes) {
    static final String LINE_BREAK = "\n";

    /** @throws DataException naming file, line and what the tokenizer has no id for */
    static EncodedExample of(Tokenizer tokenizer, Instructions.Pair pair) {
        try {
            int[] prompt = tokenizer.encode(pair.prompt());
            int[] start = prompt.length > 0 ? prompt : tokenizer.startOfText();
            String completion = ended(pair.completion(), end(tokenizer));
            int[] rest = tokenizer.encode(completion);
            if (rest.length == 0) {
                throw new DataException("has a completion without a token; give it some text, or remove the line");
            }
            IntStream ids = IntStream.concat(IntStream.concat(IntStream.of(start), IntStream.of(rest)),
                    tokenizer.endOfText().stream());
            String text = pair.prompt() + completion;
            return new EncodedExample(ids.toArray(), start.length, pair.validation(),
                    text.codePointCount(0, text.length()), text.getBytes(StandardCharsets.UTF_8).length,
                    completion.getBytes(StandardCharsets.UTF_8).length);
        } catch (DataException e) {
            throw new DataException(pair.place() + ": " + e.getMessage(), e);
        }
    }

    int completionTokens() {
        return ids.length - promptTokens;
    }

    static String ended(String completion, String end) {
        return completion.endsWith(end) ? completion : completion + end;
    }

    private static String end(Tokenizer tokenizer) {
        if (tokenizer.endOfText().isPresent()) {
            return "";
        }
        try {
            return tokenizer.encode(LINE_BREAK).length > 0 ? LINE_BREAK : "";
        } catch (DataException noLineBreak) {
            return "";
        }
    }
}
