package inkhorn.nn;

import inkhorn.autograd.AttentionCache;

/**
 * {@code x = x + attn(ln_1(x)); x = x + mlp(ln_2(x))}, with dropout on both branches, and drop-path where there is one;
 * of norm position sandwich {@code x = x + ln_1_post(attn(ln_1(x)))} and so on.
 */
final class Block extends Module {
    private final Norm ln1;
    private final CausalSelfAttention attn;
    private final Norm ln2;
    private final FeedForward mlp;
    private final Norm ln1Post;
    private final Norm ln2Post;
    private final ResidualStream.DropPath path;

    /**
     * @param layer counted from 0
     * @param rotationOrNull of queries and keys, where the architecture has one
     */
    Block(GptConfig config, int layer, RotaryPositions rotationOrNull) {
        this.ln1 = child("ln_1", "norm before attention", Norm.of(config));
        this.attn = child("attn", new CausalSelfAttention(config, layer, rotationOrNull));
        this.ln2 = child("ln_2", "norm before the MLP", Norm.of(config));
        this.mlp = child("mlp", config.activation().feedForward(config));
        boolean sandwich = config.normPosition() == GptConfig.NormPosition.SANDWICH;
        this.ln1Post = sandwich ? child("ln_1_post", "norm after attention", Norm.of(config)) : null;
        this.ln2Post = sandwich ? child("ln_2_post", "norm after the MLP", Norm.of(config)) : null;
        this.path = ResidualStream.DropPath.of(config, layer);
    }

    /**
     * Adds both branches to the stream.
     *
     * @param cachesOrNull of each sequence this block's keys and values of the tokens before these; null where they
     *     stand alone
     */
    void forward(ResidualStream x, AttentionCache[] cachesOrNull, Pass pass) {
        x.add(attn.forward(x.normed(ln1), x, cachesOrNull, pass), ln1Post, path);
        x.add(mlp.forward(x.normed(ln2), pass), ln2Post, path);
    }
}
