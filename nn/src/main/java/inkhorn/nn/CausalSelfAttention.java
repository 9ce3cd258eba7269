package inkhorn.nn;

import inkhorn.autograd.IntTensor;
import inkhorn.autograd.Tensor;
import inkhorn.autograd.ops.CausalAttention;
import inkhorn.autograd.ops.Heads;

/** Multi-head attention in which a position sees itself and those before it (Vaswani et al. 2017, 3.2). */
public final class CausalSelfAttention extends Module {

    private final int heads;
    private final Linear cAttn;
    private final Linear cProj;
    private final Dropout attnDropout;

    public CausalSelfAttention(GptConfig config) {
        int channels = config.nEmbd();
        this.heads = config.nHead();
        this.cAttn = child("c_attn", new Linear(channels, 3 * channels, config.bias(), null));
        this.cProj = child("c_proj", new Linear(channels, channels, config.bias(), null));
        this.attnDropout = new Dropout(config.dropout());
    }

    /** (B, T, C) to (B, T, C). */
    public Tensor forward(Tensor x, Pass pass) {
        return forward(x, null, pass);
    }

    /** (B, T, C) to (rows, C) for those of the B·T positions, or to (B, T, C) where rows is null. */
    Tensor forward(Tensor x, IntTensor rows, Pass pass) {
        Tensor qkv = cAttn.forward(x);                                                               // (B, T, 3C)
        Tensor y = attend(qkv, pass);                                                                // (B, T, C)
        pass.observer().attention(qkv, y);
        return cProj.forward(Rows.of(y, rows));
    }

    private Tensor attend(Tensor qkv, Pass pass) {
        int size = qkv.shape().last() / 3 / heads;
        Heads q = new Heads(qkv, 0, heads, size);                                                    // (B, T, H, D)
        Heads k = new Heads(qkv, heads * size, heads, size);
        Heads v = new Heads(qkv, 2 * heads * size, heads, size);
        if (pass.caches() != null) {
            return pass.caches().attend(q, k, v);                                                    // (B, T, C)
        }
        return CausalAttention.apply(q, k, v, attnDropout.p(), attnDropout.site(pass));              // (B, T, C)
    }
}
