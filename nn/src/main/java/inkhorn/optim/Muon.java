package inkhorn.optim;

import inkhorn.autograd.Scope;
import inkhorn.autograd.Tensor;
import inkhorn.autograd.kernel.KernelProvider;
import inkhorn.nn.Parameter;
import java.util.List;

/**
 * Muon (Jordan et al. 2024): the running mean of a matrix's gradient, with Nesterov's look ahead, is replaced by the
 * nearest matrix of which all singular values are about 1, see {@link NewtonSchulz}. With g times the gradient scale:
 * {@code m += (1-μ)·(g - m); u = (1-μ)·g + μ·m; w -= lr·(0.2·√(max(rows, columns))·orthogonal(u) + weightDecay·w)}. The
 * factor is that of Liu et al. 2025, "Muon is scalable for LLM training" (2.2): updates are then about as large as
 * AdamW's, so that both take the same learning rate and the same weight decay.
 *
 * <p>A tensor that holds several matrices side by side, such as those of queries, keys and values, is updated matrix by
 * matrix. All other parameters (embeddings, heads, biases, norms) are updated by {@link AdamW}, with the other
 * hyperparameters. It keeps the running mean, {@code momentum_buffer}, or AdamW's two.
 */
public final class Muon extends Optimizer {
    /** The root mean square of AdamW's usual updates. */
    private static final double RMS = 0.2;

    private final Hyperparameters hyper;

    /** With the given hyperparameters, all of which it reads. */
    Muon(Hyperparameters hyper, List<Target> targets) {
        super(Optimizers.MUON, targets, hyper);
        this.hyper = hyper;
    }

    @Override
    void update(Target target, List<Tensor> moments, double lr, double decay, double gradientScale) {
        Parameter parameter = target.parameter();
        Tensor weights = parameter.tensor();
        if (!parameter.isMatrix()) {
            AdamW.update(target, moments, hyper, steps(), lr, decay, gradientScale);
            return;
        }
        int first = 0;
        for (int columns : parameter.matrices()) {
            Part part = new Part(weights.shape().dim(0), weights.shape().last(), first, columns);
            // An update is not given up halfway.
            try (Scope scope = Scope.open(() -> false)) {
                float[] update = Scope.allocate(part.size());
                lookAhead(part, weights.grad(), moments.get(0).data(), (float) gradientScale, update);
                update = NewtonSchulz.orthogonalize(update, part.rows, columns);
                move(part, weights.data(), update, lr, decay);
            }
            first += columns;
        }
    }

    /** Columns of a tensor, (rows, {@code stride}). */
    private record Part(int rows, int stride, int first, int columns) {
        int size() {
            return rows * columns;
        }

        /** How much further an element of the tensor lies than in the part alone. */
        int shift(int index) {
            return index / columns * (stride - columns) + first;
        }

        /** The part's index at which the row of an index ends. */
        int rowEnd(int index) {
            return (index / columns + 1) * columns;
        }
    }

    private void lookAhead(Part part, float[] g, float[] m, float scale, float[] update) {
        float momentum = (float) hyper.muonMomentum();
        float rest = (float) (1 - hyper.muonMomentum());
        KernelProvider.kernels().forEachRange(part.size(), (from, to) -> {
            for (int i = from; i < to;) {
                int end = Math.min(to, part.rowEnd(i));
                int shift = part.shift(i);
                for (; i < end; i++) {
                    float gradient = scale * g[i + shift];
                    float mean = momentum * m[i + shift] + rest * gradient;
                    m[i + shift] = mean;
                    update[i] = momentum * mean + rest * gradient;
                }
            }
        });
    }

    private static void move(Part part, float[] w, float[] update, double lr, double decay) {
        float rate = (float) (lr * RMS * Math.sqrt(Math.max(part.rows, part.columns)));
        float keep = (float) (1 - lr * decay);
        KernelProvider.kernels().forEachRange(part.size(), (from, to) -> {
            for (int i = from; i < to;) {
                int end = Math.min(to, part.rowEnd(i));
                int shift = part.shift(i);
                for (; i < end; i++) {
                    w[i + shift] = keep * w[i + shift] - rate * update[i];
                }
            }
        });
    }
}
