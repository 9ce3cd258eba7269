package inkhorn.nn;

import inkhorn.autograd.IntTensor;
import inkhorn.autograd.Tensor;
import inkhorn.autograd.ops.Gather;
import inkhorn.autograd.ops.ResidualNorm;

/**
 * The residual stream of one pass: a block reads it through a norm and adds what it computed, with dropout. The
 * addition waits for the next norm, which makes it in its own pass over memory.
 */
final class ResidualStream {
    private final Dropout dropout;
    private final Pass pass;
    private Tensor sum;
    private Tensor branch;
    private String nameOfSum;
    private IntTensor rows;

    /** @param x (B, T, C) */
    ResidualStream(Tensor x, Dropout dropout, Pass pass) {
        this.sum = x;
        this.dropout = dropout;
        this.pass = pass;
    }

    /** Adds a branch, (B, T, C), with dropout. Its storage may be reused. */
    void add(Tensor computed) {
        nameOfSum = pass.isObserved() ? pass.nameOfSum() : null;
        branch = rowsOf(computed);
        sum = rowsOf(sum);
        rows = null;
    }

    /** The norm of the stream with all that was added to it; of the stream's shape. */
    Tensor normed(Norm norm) {
        Tensor normed;
        if (branch == null) {
            normed = norm.forward(sum);
        } else {
            ResidualNorm.Result added = norm.add(sum, branch, dropout, pass);
            branch = null;
            sum = added.sum();
            normed = added.normed();
            pass.show(nameOfSum, sum, "added to the stream");
        }
        return pass.show(norm, normed, "normalized over the channels");
    }

    /**
     * From the next addition on the stream holds only these of the B·T positions, as (rows, C).
     *
     * @param wanted null for all
     */
    void narrowAtNextAddition(IntTensor wanted) {
        rows = wanted;
    }

    private Tensor rowsOf(Tensor x) {
        return rows == null ? x : Gather.apply(x.reshape(-1, x.shape().last()), rows);
    }
}
