package inkhorn.nn;

import inkhorn.autograd.AttentionCache;
import inkhorn.autograd.IntTensor;
import inkhorn.autograd.Recomputed;
import inkhorn.autograd.Rng;
import inkhorn.autograd.Tensor;
import inkhorn.autograd.ops.Gather;
import inkhorn.autograd.ops.ResidualNorm;
import java.util.Objects;
import java.util.stream.Stream;

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
    private Tensor firstValues;

    /** @param x (B, T, C) */
    ResidualStream(Tensor x, Dropout dropout, Pass pass) {
        this.sum = x;
        this.dropout = dropout;
        this.pass = pass;
    }

    /** The stream within a part of a pass, from its {@link #parts}. */
    private ResidualStream(Tensor[] parts, Dropout dropout, Pass pass, IntTensor rows) {
        this(parts[0], dropout, pass);
        this.branch = parts.length > 1 ? parts[1] : null;
        this.firstValues = parts.length > 2 ? parts[2] : null;
        this.rows = rows;
    }

    /**
     * Takes the stream through a block. Where the pass says so, only the stream before and after it is kept, and the
     * backward pass runs the block a second time.
     */
    void through(Block block, AttentionCache[] cachesOrNull) {
        if (!pass.recomputesBlocks()) {
            block.forward(this, cachesOrNull, pass);
            return;
        }
        Pass start = pass.fromHere();
        IntTensor narrowed = rows;
        Tensor[] after = Recomputed.apply(before -> {
            Pass part = start.fromHere();
            ResidualStream inner = new ResidualStream(before, dropout, part, narrowed);
            block.forward(inner, cachesOrNull, part);
            pass.goOnAfter(part);
            return inner.parts(inner.firstValues != before[before.length - 1]);
        }, parts(true));
        sum = after[0];
        branch = after[1];
        firstValues = after.length > 2 ? after[2] : firstValues;
        rows = null;
    }

    /** The sum, the branch that waits to be added, and the first block's values: those that there are. */
    private Tensor[] parts(boolean withFirstValues) {
        return Stream.of(sum, branch, withFirstValues ? firstValues : null).filter(Objects::nonNull)
                .toArray(Tensor[]::new);
    }

    /** Takes the first block's values, (B, T, K·D), along for those behind it. */
    void carryFirstValues(Tensor values) {
        firstValues = values;
    }

    /** What was taken along, or null. */
    Tensor firstValues() {
        return firstValues;
    }

    /**
     * Adds a branch, (B, T, C), with dropout. Its storage may be reused.
     *
     * @param normOrNull of the branch before it is added
     * @param path what leaves the branch out for some sequences
     */
    void add(Tensor computed, Norm normOrNull, DropPath path) {
        nameOfSum = pass.isObserved() ? pass.nameOfSum() : null;
        branch = rowsOf(computed);
        if (normOrNull != null) {
            branch = pass.show(normOrNull, normOrNull.forward(branch), "normalized over the channels");
        }
        Tensor factors = path.factorsOrNull(computed.shape().dim(0), computed.shape().dim(1), pass);
        if (factors != null) {
            branch = branch.mul(rowsOf(factors));
        }
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

    /**
     * Leaves a residual branch out for whole sequences in training, each with probability p, and scales the others by
     * 1/(1-p): stochastic depth (Huang et al. 2016), with the expectation kept as by {@link Dropout}. The branches of
     * block i, counted from 0, have {@code p = rate · i / (n_layer - 1)}.
     */
    static final class DropPath {
        private final double p;

        private DropPath(double p) {
            this.p = p;
        }

        /** @param layer counted from 0 */
        static DropPath of(GptConfig config, int layer) {
            return new DropPath(config.nLayer() == 1 ? 0 : config.dropPath() * layer / (config.nLayer() - 1));
        }

        /**
         * What each position of a branch is multiplied by, or null where nothing is left out.
         *
         * @return (B, T, 1), the same number for all positions of a sequence
         */
        Tensor factorsOrNull(int batch, int time, Pass pass) {
            Rng rng = p == 0 ? null : pass.nextSite();
            if (rng == null) {
                return null;
            }
            Tensor factors = Tensor.of(new float[batch * time], batch, time, 1);
            for (int i = 0; i < batch * time; i++) {
                factors.data()[i] = rng.uniform(i / time) < p ? 0 : (float) (1 / (1 - p));
            }
            return factors;
        }
    }
}
