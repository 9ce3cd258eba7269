package inkhorn.train.parallel;

import inkhorn.autograd.kernel.AxisKernels;
import inkhorn.nn.Parameter;
import inkhorn.optim.Optimizers;
import inkhorn.optim.ParameterGroup;
import inkhorn.optim.Target;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The division of the elements of all trained parameters among the processes: each process updates its elements and
 * keeps their moments. This is ZeRO stage 1 (Rajbhandari et al. 2020, 5.1). The elements of a process are contiguous,
 * and begin at a block of {@link AxisKernels#sumsOfSquares}. A parameter that an optimizer updates as a whole belongs
 * to one process. Each process gets equally many moments, as far as the blocks allow.
 */
public final class Shards {
    private final List<Parameter> parameters;
    /** Of each parameter, where the elements of each rank begin; at last its size. */
    private final int[][] bounds;
    /** Elements of moments, of each rank. */
    private final long[] load;

    /** Those of {@code size} processes. */
    public Shards(List<Parameter> parameters, Optimizers kind, int size) {
        this.parameters = parameters.stream().filter(p -> p.tensor().needsGrad()).toList();
        bounds = new int[this.parameters.size()][];
        load = new long[size];
        Comparator<Integer> order = Comparator.comparing(i -> !kind.updatesWhole(this.parameters.get(i)));
        IntStream.range(0, bounds.length).boxed()
                .sorted(order.thenComparing(i -> -this.parameters.get(i).tensor().size()))
                .forEach(i -> bounds[i] = kind.updatesWhole(this.parameters.get(i))
                        ? whole(this.parameters.get(i), kind, load) : parts(this.parameters.get(i), kind, load));
    }

    private static int[] whole(Parameter parameter, Optimizers kind, long[] load) {
        int size = parameter.tensor().size();
        int owner = leastLoaded(load).get(0);
        load[owner] += (long) size * kind.moments(parameter).size();
        return IntStream.rangeClosed(0, load.length).map(rank -> rank <= owner ? 0 : size).toArray();
    }

    private static int[] parts(Parameter parameter, Optimizers kind, long[] load) {
        int size = parameter.tensor().size();
        int blocks = AxisKernels.squaresBlocks(size);
        int[] ofRank = new int[load.length];
        for (int rank = 0; rank < load.length; rank++) {
            ofRank[rank] = blocks / load.length;
        }
        leastLoaded(load).stream().limit(blocks % load.length).forEach(rank -> ofRank[rank]++);
        int[] bounds = new int[load.length + 1];
        for (int rank = 0; rank < load.length; rank++) {
            bounds[rank + 1] = Math.min(size, bounds[rank] + ofRank[rank] * AxisKernels.SQUARES_BLOCK);
            load[rank] += (long) (bounds[rank + 1] - bounds[rank]) * kind.moments(parameter).size();
        }
        return bounds;
    }

    private static List<Integer> leastLoaded(long[] load) {
        return IntStream.range(0, load.length).boxed().sorted(Comparator.comparing(rank -> load[rank])).toList();
    }

    /** What is trained, in the order of the model. */
    public List<Parameter> parameters() {
        return parameters;
    }

    /** In how many exchanges the gradients go, and as many the weights. */
    public int exchanges() {
        return Bucket.of(this, Bucket.ELEMENTS).size();
    }

    /** The process with the most moments. */
    public int largest() {
        int largest = 0;
        for (int rank = 1; rank < load.length; rank++) {
            largest = load[rank] > load[largest] ? rank : largest;
        }
        return largest;
    }

    /** The first element of a parameter that a process updates; that of the process after it is the end. */
    int from(int parameter, int rank) {
        return bounds[parameter][rank];
    }

    /** How many elements of a parameter a process updates. */
    int size(int parameter, int rank) {
        return bounds[parameter][rank + 1] - bounds[parameter][rank];
    }

    /** What the optimizer of a process is of. */
    public List<Target> targets(int rank, Map<String, ParameterGroup> groups) {
        List<Target> targets = new ArrayList<>();
        for (int i = 0; i < bounds.length; i++) {
            if (size(i, rank) > 0) {
                targets.add(new Target(parameters.get(i), from(i, rank), size(i, rank),
                        groups.getOrDefault(parameters.get(i).name(), ParameterGroup.USUAL)));
            }
        }
        return targets;
    }
}
