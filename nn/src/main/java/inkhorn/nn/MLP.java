package inkhorn.nn;

import inkhorn.autograd.Tensor;
import inkhorn.autograd.kernel.Unary;
import inkhorn.nn.config.Records;

/**
 * Two linear layers, {@code f(x · W₁) · W₂}, with a function of each value between them over a hidden width of
 * {@code n_inner}, by default 4C.
 */
final class MLP extends FeedForward {
    private final Linear cFc;
    private final Linear cProj;
    private final String expanded;

    /** @param function computed with the first product in one pass */
    MLP(GptConfig config, Unary function) {
        int channels = config.nEmbd();
        int hidden = config.hiddenWidth();
        this.cFc = child("c_fc", "MLP: expansion", new Linear(channels, hidden, config.bias(), function));
        this.cProj = child("c_proj", "MLP: projection back", new Linear(hidden, channels, config.bias(), null));
        this.expanded = (config.nInner() == 0 ? "expanded fourfold, then " : "expanded, then ")
                + Records.word(config.activation());
    }

    @Override
    Tensor forward(Tensor x, Pass pass) {
        Tensor hidden = pass.show(cFc, cFc.forward(x, pass), expanded);                            // (B, T, n_inner)
        return pass.show(cProj, cProj.forward(hidden, pass), "projected back to the channels");    // (B, T, C)
    }
}
