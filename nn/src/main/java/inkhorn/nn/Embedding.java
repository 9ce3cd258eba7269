package inkhorn.nn;

import inkhorn.autograd.IntTensor;
import inkhorn.autograd.Tensor;
import inkhorn.autograd.ops.Gather;
import inkhorn.autograd.ops.MatMul;

/** A table of n rows with C channels, looked up by index. Zero until initialised or loaded. */
public final class Embedding extends Module {
    private final Tensor weight;

    public Embedding(int n, int channels) {
        this.weight = parameter("weight", n, channels);
    }

    /** The (n, C) table. */
    public Tensor weight() {
        return weight;
    }

    /** The rows at the given indices: from (…) to (…, C). */
    public Tensor forward(IntTensor ids) {
        return Gather.apply(weight, ids);
    }

    /** The table read backwards, as the head of a model: the product of x with every row, from (…, C) to (…, n). */
    public Tensor scores(Tensor x) {
        return MatMul.apply(x, weight, false, true);
    }
}
