package inkhorn.nn;

import inkhorn.autograd.Tensor;

/** Two linear layers with an activation between them, each position by itself. */
public final class MLP extends Module {

    private final Linear cFc;
    private final Linear cProj;

    public MLP(GptConfig config) {
        int channels = config.nEmbd();
        this.cFc = child("c_fc", new Linear(channels, 4 * channels, config.bias(), config.activation()));
        this.cProj = child("c_proj", new Linear(4 * channels, channels, config.bias(), null));
    }

    /** (B, T, C) to (B, T, C). */
    public Tensor forward(Tensor x) {
        Tensor hidden = cFc.forward(x);     // (B, T, 4C)
        return cProj.forward(hidden);       // (B, T, C)
    }
}
