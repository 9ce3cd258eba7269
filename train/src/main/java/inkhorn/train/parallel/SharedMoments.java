package inkhorn.train.parallel;

import inkhorn.autograd.Tensor;
import inkhorn.checkpoint.NamedTensor;
import inkhorn.nn.Parameter;
import inkhorn.optim.Optimizer;
import inkhorn.optim.Optimizers;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** An optimizer's moments, of which each process keeps its shard, in the complete form in which a file stores them. */
public final class SharedMoments {
    private static final float[] NONE = {};

    private final Ranks ranks;
    private final Collectives collectives;
    private final Shards shards;
    private final Optimizers kind;
    private final Optimizer optimizer;

    /** @param optimizer of this process's shard */
    public SharedMoments(Ranks ranks, Shards shards, Optimizers kind, Optimizer optimizer) {
        this.ranks = ranks;
        this.collectives = new Collectives(ranks);
        this.shards = shards;
        this.kind = kind;
        this.optimizer = optimizer;
    }

    /**
     * All moments, to be asked for by all processes in this order, each once: rank 0 gets the values, one moment at a
     * time, and the others get nothing.
     */
    public List<NamedTensor> whole() {
        Map<String, Tensor> own = optimizer.state();
        List<NamedTensor> whole = new ArrayList<>();
        for (int i = 0; i < shards.parameters().size(); i++) {
            int number = i;
            Parameter parameter = shards.parameters().get(i);
            for (String moment : kind.moments(parameter)) {
                String name = parameter.name() + "." + moment;
                whole.add(new NamedTensor(name, parameter.tensor().shape().dims(),
                        () -> collected(number, name, own.get(name))));
            }
        }
        return whole;
    }

    private float[] collected(int parameter, String name, Tensor own) {
        int size = shards.parameters().get(parameter).tensor().size();
        float[] whole = new float[ranks.rank() == 0 ? size : 0];
        collectives.collect(name, shards, parameter, whole, own == null ? NONE : own.data());
        return whole;
    }

    /** In the other processes: takes part in handing all moments to rank 0. */
    public void handOver() {
        whole().forEach(moment -> moment.values().get());
    }

    /**
     * Each process gets its shard of a state that rank 0 has.
     *
     * @param saved of rank 0, as {@link Optimizer#state} of all parameters; else null
     * @param steps as {@link Optimizer#steps}
     * @throws IllegalArgumentException as {@link Optimizer#restore}
     */
    public void restore(Map<String, Tensor> saved, long steps) {
        if (saved != null) {
            Optimizers.requireFits(kind.shapes(shards.parameters()), saved, steps);
        }
        Map<String, Tensor> own = new LinkedHashMap<>(optimizer.state());
        for (int i = 0; i < shards.parameters().size(); i++) {
            Parameter parameter = shards.parameters().get(i);
            for (String moment : kind.moments(parameter)) {
                String name = parameter.name() + "." + moment;
                collectives.deal(name, shards, i, saved == null ? null : saved.get(name).data(),
                        own.containsKey(name) ? own.get(name).data() : NONE);
            }
        }
        optimizer.restore(own, steps);
    }
}
