package inkhorn.optim;

import inkhorn.autograd.Tensor;
import inkhorn.autograd.kernel.KernelProvider;
import inkhorn.nn.Parameter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An exponential moving average of trained weights (Polyak and Juditsky 1992; the form of Tarvainen and Valpola 2017):
 * {@code average = d·average + (1-d)·weights} after each update, with {@code d = min(decay, (1+t)/(10+t))} and t the
 * updates before it. Early averages, of weights that are hardly trained, are thereby soon forgotten. The average begins
 * with the weights that the parameters have when it is made.
 */
public final class WeightAverage {
    private static final int WARM_UP = 10;

    private final List<Parameter> parameters;
    private final List<Tensor> averages;
    private final double decay;

    /** The time in which the parameters hold the average, and {@link #others()} the trained weights. */
    @FunctionalInterface
    public interface InPlace extends AutoCloseable {
        /** Puts the trained weights back. */
        @Override
        void close();
    }

    /**
     * Of those parameters that are not frozen.
     *
     * @param decay in (0, 1)
     */
    public WeightAverage(List<Parameter> parameters, double decay) {
        if (!(decay > 0 && decay < 1)) {
            throw new IllegalArgumentException("ema_decay must be above 0 and below 1, found " + decay);
        }
        this.parameters = parameters.stream().filter(p -> p.tensor().needsGrad()).toList();
        this.averages = this.parameters.stream().map(p -> Tensor.zeros(p.tensor().shape().dims())).toList();
        this.decay = decay;
        takeWeights();
    }

    /** The average becomes equal to the weights. */
    private void takeWeights() {
        for (int i = 0; i < averages.size(); i++) {
            copy(parameters.get(i).tensor(), averages.get(i));
        }
    }

    /** @param before updates that were made before the last one */
    public void update(long before) {
        float share = (float) (1 - Math.min(decay, (1.0 + before) / (WARM_UP + before)));
        for (int i = 0; i < averages.size(); i++) {
            float[] average = averages.get(i).data();
            float[] weights = parameters.get(i).tensor().data();
            KernelProvider.kernels().forEachRange(averages.get(i).size(), (from, to) -> {
                for (int k = from; k < to; k++) {
                    average[k] += share * (weights[k] - average[k]);
                }
            });
        }
    }

    /** Lets the parameters hold the average until what is returned is closed; no update may be made meanwhile. */
    public InPlace inPlace() {
        exchange();
        return this::exchange;
    }

    private void exchange() {
        for (int i = 0; i < averages.size(); i++) {
            float[] average = averages.get(i).data();
            float[] weights = parameters.get(i).tensor().data();
            KernelProvider.kernels().forEachRange(averages.get(i).size(), (from, to) -> {
                for (int k = from; k < to; k++) {
                    float kept = average[k];
                    average[k] = weights[k];
                    weights[k] = kept;
                }
            });
        }
    }

    /** What the parameters do not hold now, by their names: the average, and while that is in place the weights. */
    public Map<String, Tensor> others() {
        Map<String, Tensor> others = new LinkedHashMap<>();
        for (int i = 0; i < averages.size(); i++) {
            others.put(parameters.get(i).name(), averages.get(i));
        }
        return others;
    }

    /**
     * Goes on from where the parameters hold the average.
     *
     * @param weights what {@link #others()} was then
     * @throws IllegalArgumentException naming a parameter that is missing or of another size; nothing is changed then
     */
    public void restore(Map<String, Tensor> weights) {
        for (Parameter p : parameters) {
            Tensor saved = weights.get(p.name());
            if (saved == null || !saved.shape().equals(p.tensor().shape())) {
                throw new IllegalArgumentException("weights beside the average do not fit the model; " + p.name()
                        + " is " + (saved == null ? "missing" : saved.shape().toString()));
            }
        }
        takeWeights();
        parameters.forEach(p -> copy(weights.get(p.name()), p.tensor()));
    }

    private static void copy(Tensor from, Tensor to) {
        System.arraycopy(from.data(), 0, to.data(), 0, to.size());
    }
}
