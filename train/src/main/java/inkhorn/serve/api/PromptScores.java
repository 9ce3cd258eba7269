package inkhorn.serve.api;

import inkhorn.autograd.IntTensor;
import inkhorn.autograd.NoGrad;
import inkhorn.autograd.Scope;
import inkhorn.autograd.Tensor;
import inkhorn.data.tokenizer.StreamDecoder;
import inkhorn.data.tokenizer.Tokenizer;
import inkhorn.generate.TrainedModel;
import inkhorn.nn.Pass;
import inkhorn.serve.RequestException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The log-probabilities of the tokens of a prompt, each after the tokens before it, for an echo with log-probabilities.
 */
final class PromptScores {

    private PromptScores() {
    }

    /**
     * To be called where the model may be computed with.
     *
     * @throws RequestException where the prompt is longer than the model's context
     */
    static List<TokenScore> of(TrainedModel trained, Wanted.Prompt prompt, int top) {
        int[] ids = prompt.ids();
        int vocabSize = trained.model().vocabSize();
        if (ids.length > trained.model().blockSize()) {
            throw RequestException.wrong("echo", "echo: found a prompt of " + ids.length + " tokens, expected at most "
                    + trained.model().blockSize() + ", the model's context, where logprobs are wanted too");
        }
        Tokenizer tokenizer = trained.tokenizer();
        StreamDecoder decoder = tokenizer.streamDecoder();
        List<TokenScore> scores = new ArrayList<>();
        scores.add(new TokenScore(tokenizer.tokenBytes(ids[0]), null, List.of(), 0));
        int offset = decoder.next(ids[0]).length();
        try (NoGrad off = NoGrad.open(); Scope pass = Scope.open()) {
            Tensor logits = trained.model().logits(IntTensor.of(ids, 1, ids.length), Pass.evaluation());  // (1, T, V)
            for (int i = 1; i < ids.length; i++) {
                float[] row = Arrays.copyOfRange(logits.data(), (i - 1) * vocabSize, i * vocabSize);
                scores.add(TokenScore.of(tokenizer, row, ids[i], top, offset));
                offset += decoder.next(ids[i]).length();
            }
        }
        return scores;
    }
}
