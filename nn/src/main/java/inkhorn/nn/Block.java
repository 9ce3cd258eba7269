package inkhorn.nn;

import inkhorn.autograd.IntTensor;
import inkhorn.autograd.ops.ResidualNorm;

/**
 * {@code x = x + attn(ln_1(x)); x = x + mlp(ln_2(x))}, with dropout on both branches. The second addition is left to the
 * layer norm of the block after this one; see {@link Residual}.
 */
final class Block extends Module {

    private final LayerNorm ln1;
    private final CausalSelfAttention attn;
    private final LayerNorm ln2;
    private final MLP mlp;
    private final Dropout residDropout;

    Block(GptConfig config) {
        this.ln1 = child("ln_1", new LayerNorm(config.nEmbd(), config.bias(), config.layerNormEps()));
        this.attn = child("attn", new CausalSelfAttention(config));
        this.ln2 = child("ln_2", new LayerNorm(config.nEmbd(), config.bias(), config.layerNormEps()));
        this.mlp = child("mlp", new MLP(config));
        this.residDropout = new Dropout(config.dropout());
    }

    /**
     * The stream after this block.
     *
     * @param rows which of the B·T positions are wanted, as (rows, C), or null for all, as (B, T, C)
     */
    Residual forward(Residual x, IntTensor rows, Pass pass) {
        ResidualNorm.Result in = ln1.forward(x, residDropout, pass);
        pass.observer().stream(in.sum());
        Residual attended = new Residual(Rows.of(in.sum(), rows), attn.forward(in.normed(), rows, pass));
        ResidualNorm.Result middle = ln2.forward(attended, residDropout, pass);
        return new Residual(middle.sum(), mlp.forward(middle.normed()));
    }
}
