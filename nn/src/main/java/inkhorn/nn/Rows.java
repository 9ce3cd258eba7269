package inkhorn.nn;

import inkhorn.autograd.IntTensor;
import inkhorn.autograd.Tensor;
import inkhorn.autograd.ops.Gather;

/** Some positions of a batch, for what is not wanted of all of them. */
final class Rows {

    private Rows() {
    }

    /**
     * @param x (B, T, C)
     * @param rows of the B·T positions, or null for all
     * @return (rows, C), or x itself
     */
    static Tensor of(Tensor x, IntTensor rows) {
        return rows == null ? x : Gather.apply(x.reshape(-1, x.shape().last()), rows);
    }
}
