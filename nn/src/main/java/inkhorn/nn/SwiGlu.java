package inkhorn.nn;

import inkhorn.autograd.Tensor;

/**
 * A gated feed-forward layer, {@code (silu(x · W) ⊙ x · V) · W₂} with {@code silu(a) = a · sigmoid(a)} (SwiGLU in
 * Shazeer 2020, "GLU Variants Improve Transformer"). The three matrices of the default width have about as many values
 * as the MLP's two.
 */
final class SwiGlu extends FeedForward {
    private final Linear cGate;
    private final Linear cFc;
    private final Linear cProj;

    SwiGlu(GptConfig config) {
        int channels = config.nEmbd();
        int hidden = config.hiddenWidth();
        this.cGate = child("c_gate", "SwiGLU: gate", new Linear(channels, hidden, config.bias(), null));
        this.cFc = child("c_fc", "SwiGLU: expansion", new Linear(channels, hidden, config.bias(), null));
        this.cProj = child("c_proj", "SwiGLU: projection back", new Linear(hidden, channels, config.bias(), null));
    }

    /** 8/3 of the channels, rounded up to a multiple of 64. */
    static int defaultWidth(int channels) {
        return (8 * channels + 191) / 192 * 64;
    }

    @Override
    Tensor forward(Tensor x, Pass pass) {
        Tensor gate = pass.show(cGate, cGate.forward(x, pass), "the gate before its activation");     // (B, T, n_inner)
        Tensor values = pass.show(cFc, cFc.forward(x, pass), "expanded");                             // (B, T, n_inner)
        Tensor gated = gate.mul(gate.sigmoid()).mul(values);
        pass.show(path("silu(c_gate) * c_fc"), gated, "the values times silu of the gate");
        return pass.show(cProj, cProj.forward(gated, pass), "projected back to the channels");        // (B, T, C)
    }
}
