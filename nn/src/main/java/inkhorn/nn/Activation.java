package inkhorn.nn;

import inkhorn.autograd.kernel.Unary;
import java.util.function.Function;
import java.util.function.IntUnaryOperator;

/**
 * The activation of the feed-forward part of a block: its word in configs is the constant's name in lower case, and
 * it makes the module that computes with it.
 */
public enum Activation {
    /** {@code x/2 · (1 + erf(x/√2))} (Hendrycks and Gimpel 2016); nanoGPT's. */
    GELU("gelu", config -> new MLP(config, Unary.GELU)),
    /** The same by tanh, as GPT-2 was trained. */
    GELU_TANH("gelu_new", config -> new MLP(config, Unary.GELU_TANH)),
    RELU("relu", config -> new MLP(config, Unary.RELU)),
    /** The square of relu (So et al. 2021, "Primer"). */
    RELU2("relu2", config -> new MLP(config, Unary.RELU2)),
    /** A layer gated by silu instead of an MLP (Shazeer 2020). */
    SWIGLU("swiglu", SwiGlu::new, SwiGlu::defaultWidth);

    private final String huggingFace;
    private final Function<GptConfig, FeedForward> feedForward;
    private final IntUnaryOperator defaultWidth;

    Activation(String huggingFace, Function<GptConfig, FeedForward> feedForward) {
        this(huggingFace, feedForward, channels -> 4 * channels);
    }

    Activation(String huggingFace, Function<GptConfig, FeedForward> feedForward, IntUnaryOperator defaultWidth) {
        this.huggingFace = huggingFace;
        this.feedForward = feedForward;
        this.defaultWidth = defaultWidth;
    }

    /** The hidden width of its feed-forward layer for a number of channels, where a config gives none. */
    int defaultWidth(int channels) {
        return defaultWidth.applyAsInt(channels);
    }

    /** Its name in {@code config.json}: Hugging Face's where that has it. */
    public String huggingFace() {
        return huggingFace;
    }

    FeedForward feedForward(GptConfig config) {
        return feedForward.apply(config);
    }
}
