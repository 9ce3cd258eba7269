package inkhorn.nn;

import inkhorn.autograd.kernel.Unary;

/** What stands between the two layers of an {@link MLP}. */
public enum Activation {

    /** {@code x/2 · (1 + erf(x/√2))} (Hendrycks and Gimpel 2016); nanoGPT's. */
    GELU("gelu", "gelu", Unary.GELU),
    /** The same by tanh, as GPT-2 was trained. */
    GELU_TANH("gelu_tanh", "gelu_new", Unary.GELU_TANH),
    RELU("relu", "relu", Unary.RELU);

    private final String word;
    private final String huggingFace;
    private final Unary function;

    Activation(String word, String huggingFace, Unary function) {
        this.word = word;
        this.huggingFace = huggingFace;
        this.function = function;
    }

    /** Its name in Inkhorn's configs. */
    public String word() {
        return word;
    }

    /** Its name in Hugging Face's {@code config.json}. */
    public String huggingFace() {
        return huggingFace;
    }

    Unary function() {
        return function;
    }
}
