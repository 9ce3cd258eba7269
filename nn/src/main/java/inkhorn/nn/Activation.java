package inkhorn.nn;

import inkhorn.autograd.kernel.Unary;
import java.util.function.Function;

/**
 * The activation of the feed-forward part of a block: its word in configs is the constant's name in lower case, and
 * it makes the module that computes with it.
 */
public enum Activation {

    /** {@code x/2 · (1 + erf(x/√2))} (Hendrycks and Gimpel 2016); nanoGPT's. */
    GELU("gelu", config -> new MLP(config, Unary.GELU)),
    /** The same by tanh, as GPT-2 was trained. */
    GELU_TANH("gelu_new", config -> new MLP(config, Unary.GELU_TANH)),
    RELU("relu", config -> new MLP(config, Unary.RELU));

    private final String huggingFace;
    private final Function<GptConfig, FeedForward> feedForward;

    Activation(String huggingFace, Function<GptConfig, FeedForward> feedForward) {
        this.huggingFace = huggingFace;
        this.feedForward = feedForward;
    }

    /** Its name in Hugging Face's {@code config.json}. */
    public String huggingFace() {
        return huggingFace;
    }

    FeedForward feedForward(GptConfig config) {
        return feedForward.apply(config);
    }
}
