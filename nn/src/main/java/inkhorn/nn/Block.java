package inkhorn.nn;

import inkhorn.autograd.AttentionCache;

/** {@code x = x + attn(ln_1(x)); x = x + mlp(ln_2(x))}, with dropout on both branches. */
final class Block extends Module {
    private final Norm ln1;
    private final CausalSelfAttention attn;
    private final Norm ln2;
    private final FeedForward mlp;

    /** @param rotationOrNull of queries and keys, where the architecture has one */
    Block(GptConfig config, RotaryPositions rotationOrNull) {
        this.ln1 = child("ln_1", "norm before attention", Norm.of(config));
        this.attn = child("attn", new CausalSelfAttention(config, rotationOrNull));
        this.ln2 = child("ln_2", "norm before the MLP", Norm.of(config));
        this.mlp = child("mlp", config.activation().feedForward(config));
    }

    /**
     * Adds both branches to the stream.
     *
     * @param cachesOrNull of each sequence this block's keys and values of the tokens before these; null where they
     *     stand alone
     */
    void forward(ResidualStream x, AttentionCache[] cachesOrNull, Pass pass) {
        x.add(attn.forward(x.normed(ln1), cachesOrNull, pass));
        x.add(mlp.forward(x.normed(ln2), pass));
    }
}
