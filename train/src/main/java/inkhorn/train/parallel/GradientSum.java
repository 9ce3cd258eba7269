package inkhorn.train.parallel;

import inkhorn.autograd.GradSlot;
import inkhorn.autograd.Scope;
import inkhorn.autograd.Tensor;
import inkhorn.autograd.kernel.KernelProvider;
import inkhorn.nn.Parameter;
import inkhorn.optim.GradClip;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * The gradients of a step: those of its micro-batches, added by a {@link SumTree}. This process adds the gradients of
 * its own micro-batches. With several processes, each process then adds the sums of all processes for the elements that
 * it updates ({@link Exchanged}). The result is stored as the gradient of each parameter.
 */
public final class GradientSum {
    private final List<Parameter> parameters;
    private final Map<Tensor, Integer> numbers = new IdentityHashMap<>();
    private final Ranks ranks;
    /** Null where this process is alone. */
    private final Exchanged exchanged;
    /** Of each parameter, sums of micro-batches that wait for their neighbours; made when needed. */
    private final List<float[][]> waiting = new ArrayList<>();
    private SumTree tree = new SumTree(1);
    private SumTree.Stack stack;
    private int first;
    private int end;
    /** What happens to the last of this process's micro-batches: see {@link #add}. */
    private int lastAdditions;
    private int lastDepth;
    private final boolean[] isDone;
    /** Whether any gradient has arrived in this step; where none has, there is nothing to update. */
    private final boolean[] isReached;

    /** Of all trained parameters, for a process that is alone. */
    public GradientSum(List<Parameter> parameters) {
        this(parameters.stream().filter(p -> p.tensor().needsGrad()).toList(), new Alone(), null);
    }

    /** Of what several processes train together. */
    public GradientSum(Ranks ranks, Shards shards) {
        this(shards.parameters(), ranks, ranks.size() == 1 ? null : new Exchanged(ranks, shards));
    }

    private GradientSum(List<Parameter> parameters, Ranks ranks, Exchanged exchanged) {
        this.parameters = parameters;
        this.ranks = ranks;
        this.exchanged = exchanged;
        for (Parameter parameter : parameters) {
            numbers.put(parameter.tensor(), numbers.size());
            waiting.add(new float[0][]);
        }
        isDone = new boolean[parameters.size()];
        isReached = new boolean[parameters.size()];
    }

    /**
     * A step begins.
     *
     * @param microBatches of all processes together
     * @throws IllegalArgumentException where the processes cannot share them evenly
     */
    public void begin(int microBatches) {
        if (microBatches % ranks.size() != 0) {
            throw new IllegalArgumentException(ranks.size() + " processes cannot share " + microBatches
                    + " micro-batches evenly; " + SumTree.sharers(microBatches) + " can");
        }
        int share = microBatches / ranks.size();
        first = ranks.rank() * share;
        end = first + share;
        tree = new SumTree(microBatches);
        stack = tree.stack();
        SumTree.Stack ahead = tree.stack();
        for (int i = first; i < end; i++) {
            lastAdditions = ahead.push(new SumTree.Node(0, i));
        }
        lastDepth = ahead.size() - 1;
        Arrays.fill(isDone, false);
        Arrays.fill(isReached, false);
        if (exchanged != null) {
            exchanged.begin(tree, share);
        }
    }

    /** The first micro-batch that is this process's. */
    public int first() {
        return first;
    }

    /** The first micro-batch after those that are this process's. */
    public int end() {
        return end;
    }

    /** Before the forward pass of a micro-batch. */
    public void beginMicroBatch() {
        parameters.forEach(parameter -> parameter.tensor().zeroGrad());
    }

    /** Whether {@link #arrived} is to be told of leaves while the backward pass of a micro-batch still runs. */
    public boolean wantsLeaves(int microBatch) {
        return exchanged != null && microBatch == end - 1;
    }

    /** In the backward pass of the last micro-batch: the gradient of a leaf is complete. */
    public void arrived(Tensor leaf) {
        Integer number = numbers.get(leaf);
        if (number != null && !isDone[number]) {
            finish(number);
        }
    }

    /** After the backward pass of a micro-batch. */
    public void endMicroBatch(int microBatch) {
        if (microBatch == end - 1) {
            for (int i = 0; i < parameters.size(); i++) {
                if (!isDone[i]) {
                    finish(i);
                }
            }
        } else {
            int additions = stack.push(new SumTree.Node(0, microBatch));
            for (int i = 0; i < parameters.size(); i++) {
                add(i, additions, stack.size() - 1, false);
            }
        }
    }

    /** The last micro-batch's gradient of a parameter is complete, and with it this process's share of the sum. */
    private void finish(int number) {
        isDone[number] = true;
        add(number, lastAdditions, lastDepth, true);
        if (exchanged != null) {
            exchanged.isComplete(number, gradient(parameters.get(number).tensor()), waiting.get(number));
        }
    }

    /**
     * Adds the sums that wait behind index {@code depth} to a gradient, from the last one on, and leaves the sum in the
     * gradient or lets it wait too.
     */
    private void add(int number, int additions, int depth, boolean staysInPlace) {
        Tensor tensor = parameters.get(number).tensor();
        isReached[number] |= tensor.grad() != null;
        if (additions == 0 && staysInPlace) {
            return;
        }
        float[] gradient = gradient(tensor);
        for (int i = depth + additions - 1; i >= depth; i--) {
            KernelProvider.kernels().scale(1, waiting.get(number)[i], gradient, true, tensor.size());
        }
        if (!staysInPlace) {
            KernelProvider.kernels().scale(1, gradient, place(number, depth), false, tensor.size());
        }
    }

    /** The gradient of a micro-batch: zero where none has arrived. */
    private static float[] gradient(Tensor tensor) {
        if (tensor.grad() == null) {
            GradSlot empty = tensor.gradSlot();
            KernelProvider.kernels().fill(empty.array(), 0, tensor.size());
        }
        return tensor.grad();
    }

    private float[] place(int number, int depth) {
        float[][] arrays = waiting.get(number);
        if (arrays.length <= depth) {
            float[][] more = Arrays.copyOf(arrays, depth + 1);
            more[depth] = Scope.allocatePermanent(parameters.get(number).tensor().size());
            waiting.set(number, more);
        }
        return waiting.get(number)[depth];
    }

    /**
     * After the last micro-batch: the sums of all processes, of what this process updates.
     *
     * @param losses of all micro-batches, of which this process knows its own; the others are filled in
     * @param stops  whether this process is asked to stop
     * @throws RankException where a process does not take part
     */
    public Totals totals(double[] losses, boolean stops) {
        if (exchanged != null) {
            exchanged.finishGradients();
        }
        for (int i = 0; i < isReached.length; i++) {
            if (!isReached[i]) {
                parameters.get(i).tensor().zeroGrad();
            }
        }
        if (exchanged != null) {
            return exchanged.totals(losses, stops);
        }
        return new Totals(GradClip.squares(parameters), stops);
    }

    /**
     * What all processes know after an exchange.
     *
     * @param squares the sum of squares of the gradients
     * @param stops whether any process is asked to stop
     */
    public record Totals(double squares, boolean stops) {}

    /** After the update: all processes get the weights that each of them has updated. */
    public void shareWeights() {
        if (exchanged != null) {
            exchanged.shareWeights();
        }
    }

    /** Seconds that this process has waited for others since the last call. */
    public double takeSecondsWaited() {
        return exchanged == null ? 0 : exchanged.takeSecondsWaited();
    }
}
