package inkhorn.nn;

import inkhorn.autograd.AttentionCache;
import inkhorn.autograd.Shape;
import inkhorn.autograd.Tensor;
import inkhorn.autograd.ops.CausalAttention;
import inkhorn.autograd.ops.Concat;
import inkhorn.autograd.ops.Heads;
import java.util.List;

/**
 * Multi-head attention in which a position sees itself and those before it (Vaswani et al. 2017, 3.2). With fewer heads
 * of keys and values, K, each serves a group of neighbouring query heads (Ainslie et al. 2023); W is C + 2·K·D.
 * With a value residual (ResFormer, Zhou et al. 2024, 3) the values of every block but the first are
 * {@code v + λ · (v₁ - v)} before they are read or cached: v₁ those of the first block at the same position, λ a
 * learned number of the block.
 */
final class CausalSelfAttention extends Module {
    /** As in modded-nanogpt. */
    private static final float INITIAL_FIRST_SHARE = 0.5f;

    private final int heads;
    private final int keyHeads;
    private final int headSize;
    private final RotaryPositions rotation;
    private final boolean alibi;
    private final Linear cAttn;
    private final Linear cProj;
    private final Norm qNorm;
    private final Norm kNorm;
    /** λ, (1), or null where nothing is mixed in. */
    private final Tensor firstShare;
    private final boolean givesFirstValues;
    private final Dropout attnDropout;

    /**
     * @param layer counted from 0
     * @param rotationOrNull of queries and keys, where the architecture has one
     */
    CausalSelfAttention(GptConfig config, int layer, RotaryPositions rotationOrNull) {
        int channels = config.nEmbd();
        this.heads = config.nHead();
        this.keyHeads = config.keyHeads();
        this.headSize = config.headSize();
        this.rotation = rotationOrNull;
        this.alibi = config.position() == Position.ALIBI;
        this.cAttn = child("c_attn", "queries, keys and values",
                Linear.sideBySide(channels, List.of(channels, config.keyChannels(), config.keyChannels()),
                        config.bias()));
        this.cProj = child("c_proj", "attention's output", new Linear(channels, channels, config.bias(), null));
        this.qNorm = config.qkNorm() ? child("q_norm", "norm of each head's query", Norm.ofHeads(config)) : null;
        this.kNorm = config.qkNorm() ? child("k_norm", "norm of each head's key", Norm.ofHeads(config)) : null;
        boolean residual = config.valueResidual() && config.nLayer() > 1;
        this.givesFirstValues = residual && layer == 0;
        this.firstShare = residual && layer > 0
                ? parameter("value_lambda", "share of the first block's values", 1) : null;
        if (firstShare != null) {
            firstShare.data()[0] = INITIAL_FIRST_SHARE;
        }
        this.attnDropout = new Dropout(config.dropout());
    }

    /**
     * (B, T, C) to (B, T, C).
     *
     * @param stream through the blocks, which carries the first block's values
     * @param cachesOrNull of each sequence this layer's keys and values of the tokens before these, to which it
     *     appends theirs; null where the tokens stand alone
     */
    Tensor forward(Tensor x, ResidualStream stream, AttentionCache[] cachesOrNull, Pass pass) {
        Tensor qkv = pass.show(cAttn, cAttn.forward(x, pass), "queries, keys and values, concatenated");  // (B, T, W)
        if (givesFirstValues) {
            stream.carryFirstValues(values(qkv));
        } else if (firstShare != null) {
            qkv = pass.show(path("c_attn mixed"), mixed(qkv, stream.firstValues()),
                    "values mixed with the first block's");                                            // (B, T, W)
        }
        if (qNorm != null) {
            qkv = pass.show(path("c_attn normed"), normed(qkv), "queries and keys normalized in each head");
        }
        if (rotation != null) {
            qkv = pass.show(path("c_attn rotated"), rotation.rotate(qkv, heads + keyHeads, cachesOrNull),
                    "queries and keys rotated by their position");                                     // (B, T, W)
        }
        Heads q = new Heads(qkv, 0, heads, headSize);                                                  // (B, T, H, D)
        Heads k = new Heads(qkv, heads * headSize, keyHeads, headSize);                                // (B, T, K, D)
        Heads v = new Heads(qkv, (heads + keyHeads) * headSize, keyHeads, headSize);                   // (B, T, K, D)
        Tensor y = cachesOrNull != null ? AttentionCache.attend(cachesOrNull, q, k, v)
                : CausalAttention.apply(q, k, v, alibi, attnDropout.p(), attnDropout.site(pass));      // (B, T, C)
        if (pass.isObserved()) {
            showStages(y, pass);
        }
        return pass.show(cProj, cProj.forward(y, pass), "mixes the heads");
    }

    private Tensor values(Tensor qkv) {
        int width = qkv.shape().last();
        return qkv.slice(2, width - keyHeads * headSize, width);                                       // (B, T, K·D)
    }

    private Tensor mixed(Tensor qkv, Tensor firstValues) {
        Tensor values = values(qkv);
        Tensor mixed = values.add(firstValues.sub(values).mul(firstShare));                            // (B, T, K·D)
        return Concat.apply(2, qkv.slice(2, 0, qkv.shape().last() - values.shape().last()), mixed);
    }

    /** Queries and keys normalized over the channels of each head, before any rotation (Dehghani et al. 2023). */
    private Tensor normed(Tensor qkv) {
        int keys = heads * headSize;
        int values = keys + keyHeads * headSize;
        return Concat.apply(2, normed(qkv, 0, keys, qNorm), normed(qkv, keys, values, kNorm),
                qkv.slice(2, values, qkv.shape().last()));                                             // (B, T, W)
    }

    private Tensor normed(Tensor qkv, int from, int to, Norm norm) {
        Tensor part = qkv.slice(2, from, to);                                                       // (B, T, to - from)
        return norm.forward(part.reshape(-1, headSize)).reshape(part.shape().dims());
    }

    /** Attention step by step, of which the kernels hold no (T, T) matrix. */
    private void showStages(Tensor y, Pass pass) {
        int batch = y.shape().dim(0);
        int time = y.shape().dim(1);
        Shape perHead = Shape.of(batch, heads, time, headSize);
        Shape weights = Shape.of(batch, heads, time, time);
        pass.show(path() + " q, k, v", perHead, "each cut into heads of " + headSize + " channels"
                + (keyHeads == heads ? "" : "; each of the " + keyHeads + " of k and v serves " + heads / keyHeads),
                null);
        pass.show(path() + " scores", weights, "q · kᵀ / √" + headSize
                + (alibi ? " - slope of the head · distance" : "") + ", later tokens masked", null);
        pass.show(path() + " softmax", weights, "weights: each row adds up to 1", null);
        pass.show(path() + " values", perHead, "weights · v", null);
        pass.show(path() + " heads joined", y, "heads concatenated");
    }
}
