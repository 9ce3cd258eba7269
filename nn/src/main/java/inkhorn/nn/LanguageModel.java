package inkhorn.nn;

import inkhorn.autograd.Backward;
import inkhorn.autograd.IntTensor;
import inkhorn.autograd.Rng;
import inkhorn.autograd.Scope;
import inkhorn.autograd.Tensor;
import inkhorn.autograd.ops.CrossEntropy;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** A model of the next token: what trainer and sampler need to know. */
public abstract class LanguageModel extends Module {
    /**
     * A score for every token to come next, at every position.
     *
     * @param ids (B, T), T at most {@link #blockSize()}, each in 0 … V-1
     * @return (B, T, V)
     * @throws IllegalArgumentException when ids has another rank or is too long
     */
    public abstract Tensor logits(IntTensor ids, Pass pass);

    /**
     * As {@link #logits} at one position of each sequence, without computing the others' scores.
     *
     * @param positions B positions, each in 0 … T-1; T-1 gives what comes after the last token
     * @return (B, V)
     */
    public abstract Tensor logitsAt(IntTensor ids, int[] positions, Pass pass);

    /** The longest context, in tokens. */
    public abstract int blockSize();

    /** V, the number of different tokens. */
    public abstract int vocabSize();

    /** (V, C): a row for each token, from which the model begins. */
    public abstract Tensor tokenTable();

    /**
     * A model of the same architecture without adapters, whose weights are to be loaded; made on shapes alone, it costs
     * nothing.
     */
    public abstract LanguageModel alike();

    /** As {@link #alike}, with adapters where this one has them, and what is frozen here frozen. */
    private LanguageModel trainedAlike() {
        LanguageModel other = alike();
        Map<String, Module> its = other.namedModules();
        namedModules().forEach((name, module) -> {
            if (module instanceof Linear linear) {
                linear.adapter().ifPresent(adapter -> ((Linear) its.get(name)).adapt(adapter.alike()));
            }
        });
        Set<String> frozen = namedParameters().stream().filter(p -> !p.tensor().needsGrad()).map(Parameter::name)
                .collect(Collectors.toSet());
        other.namedParameters().stream().filter(p -> frozen.contains(p.name())).forEach(p -> p.tensor().freeze());
        return other;
    }

    /**
     * Floating-point operations to train on one token, forward and backward, in sequences of the block size. They are
     * counted at the kernels' calls in such a step on shapes alone: matrix products and attention, which is
     * {@code 6N + 12·L·C·T} with N the weights of the matrices (Chowdhery et al. 2022, appendix B). What a step
     * computes a second time to save memory does not count, as in nanoGPT. Neither do gradients of frozen parameters,
     * which no step computes.
     */
    public final double flopsPerToken() {
        try (Scope shapes = Scope.openOnShapes()) {
            IntTensor ids = IntTensor.of(new int[blockSize()], 1, blockSize());
            Pass pass = Pass.training(new Rng(0));
            Backward.from(loss(trainedAlike().logits(ids, pass), ids, pass), Backward.Keep.NOTHING);
            return (double) shapes.flops() / blockSize();
        }
    }

    /**
     * The mean over positions of -log p(target), in nats; in training with the terms of the pass. In training its
     * backward pass overwrites the logits' storage.
     *
     * @param targets (B, T): the token after each of ids; a negative one does not count
     * @return a scalar
     */
    public Tensor loss(IntTensor ids, IntTensor targets, Pass pass) {
        return loss(logits(ids, pass), targets, pass);
    }

    /**
     * The loss of each token by itself, in nats, without dropout and gradient.
     *
     * @param targets (B, T): the token after each of ids; a negative one does not count
     * @return B·T losses, 0 where a target does not count
     */
    public double[] losses(IntTensor ids, IntTensor targets) {
        return CrossEntropy.losses(logits(ids, Pass.evaluation()), targets);
    }

    private static Tensor loss(Tensor logits, IntTensor targets, Pass pass) {
        return pass.isTraining() ? CrossEntropy.inPlace(logits, targets, pass.lossTerms())
                : CrossEntropy.apply(logits, targets);
    }

    /** The number of values, frozen ones included, a tied table counted once. */
    public final long parameterCount() {
        return namedParameters().stream().mapToLong(p -> p.tensor().size()).sum();
    }

    /** The number of values that are not frozen. */
    public final long trainedCount() {
        return namedParameters().stream().filter(p -> p.tensor().needsGrad()).mapToLong(p -> p.tensor().size()).sum();
    }

    /** @throws IllegalArgumentException when ids are not (B, T) with T from 1 to the block size */
    final void checkContext(IntTensor ids, String model) {
        if (ids.shape().rank() != 2) {
            throw new IllegalArgumentException(model + ": token ids must be (batch, time), found " + ids.shape());
        }
        int time = ids.shape().last();
        if (time < 1 || time > blockSize()) {
            throw new IllegalArgumentException(model + ": " + time + " tokens in " + ids.shape()
                    + ", a context holds 1 to " + blockSize() + " (block_size)");
        }
    }

    /** Rows of a (B·T, …) table: position {@code positions[b]} of each sequence b. */
    static int[] rows(IntTensor ids, int[] positions) {
        int batch = ids.shape().dim(0);
        int time = ids.shape().last();
        if (positions.length != batch) {
            throw new IllegalArgumentException(
                    "logits: " + positions.length + " positions for a batch of " + batch + ", one each is needed");
        }
        int[] rows = new int[batch];
        for (int b = 0; b < batch; b++) {
            if (positions[b] < 0 || positions[b] >= time) {
                throw new IllegalArgumentException("logits: no position " + positions[b] + " in " + ids.shape()
                        + ", allowed are 0 to " + (time - 1));
            }
            rows[b] = b * time + positions[b];
        }
        return rows;
    }
}
