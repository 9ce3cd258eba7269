package inkhorn.inspect;

import inkhorn.config.UserError;
import inkhorn.data.tokenizer.Tokenizer;
import inkhorn.nn.Gpt;
import inkhorn.nn.GptConfig;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;

/**
 * What is to be shown of a forward pass.
 *
 * @param name   of the model, for headings
 * @param tokens of the prompt
 * @param label  of any token, on one line
 * @param layers which layers, ascending
 * @param heads  which heads of each, ascending
 */
public record AttentionView(String name, ForwardCapture capture, List<Token> tokens, IntFunction<String> label,
                            List<Integer> layers, List<Integer> heads) {
    /**
     * One token of the prompt.
     *
     * @param text  as it is, line breaks and all
     * @param label on one line, with spaces and line breaks to be seen
     */
    public record Token(int id, String text, String label) {}

    /**
     * Runs a model on a text and shows its tokens as {@link Quoted} does.
     *
     * @param ids at most {@code block_size} tokens
     */
    public static AttentionView of(String name, Gpt model, Tokenizer tokenizer, int[] ids, List<Integer> layers,
            List<Integer> heads) {
        IntFunction<String> label = id -> Quoted.bytes(tokenizer.tokenBytes(id));
        List<Token> tokens = Arrays.stream(ids).mapToObj(id -> new Token(id,
                new String(tokenizer.tokenBytes(id), StandardCharsets.UTF_8), label.apply(id))).toList();
        return new AttentionView(name, ForwardCapture.of(model, ids), tokens, label, layers, heads);
    }

    /**
     * The numbers that an option allows.
     *
     * @param chosen negative for all
     * @throws UserError naming the option and what is allowed
     */
    public static List<Integer> choose(String option, int chosen, int count) {
        if (chosen >= count) {
            throw new UserError(option + ": found " + chosen + ", the model has " + count
                    + ", numbered from 0; allowed are 0 to " + (count - 1));
        }
        List<Integer> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            if (chosen < 0 || chosen == i) {
                all.add(i);
            }
        }
        return all;
    }

    public List<String> labels() {
        return tokens.stream().map(Token::label).toList();
    }

    public HeadStages first() {
        return capture.head(layers.get(0), heads.get(0));
    }

    boolean isOneHead() {
        return layers.size() * heads.size() == 1;
    }

    GptConfig config() {
        return capture.model().gptConfig();
    }
}
