package inkhorn.train;

import inkhorn.autograd.Scope;
import inkhorn.config.RunConfig;
import inkhorn.config.TrainConfig;
import inkhorn.data.prepare.PreparedData;
import inkhorn.nn.LanguageModel;
import inkhorn.optim.WeightAverage;
import inkhorn.train.parallel.Agreement;
import inkhorn.train.parallel.Ranks;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Makes an evaluation: the losses on both splits, and a short text. If there is an average of the weights, it is
 * evaluated. A stop request interrupts an evaluation between two ops.
 */
final class Evaluator {

    private final PreparedData data;
    private final Evaluation trainLoss;
    private final Evaluation valLoss;
    private final SampleWriter samples;
    private final Ranks ranks;
    private final Agreement stop;
    /** Null where the weights themselves are evaluated. */
    private final WeightAverage average;

    /**
     * Of a run.
     *
     * @param ranks         share the losses out, and rank 0 writes the text
     * @param averageOrNull of the model's weights, to be evaluated in their place
     */
    Evaluator(RunConfig config, LanguageModel model, PreparedData data, Ranks ranks, Agreement stop,
              WeightAverage averageOrNull) {
        this.ranks = ranks;
        this.stop = stop;
        this.average = averageOrNull;
        TrainConfig train = config.train();
        long seed = config.run().seed();
        this.data = data;
        valLoss = train.evalIters() == 0 ? Evaluation.whole(model, data.valSplit(), train.batchSize())
                : Evaluation.sampledVal(model, data.valSplit(), train.batchSize(), train.evalIters(), seed);
        trainLoss = Evaluation.sampledTrain(model, data.trainSplit(), train.batchSize(), valLoss.batchCount(),
                seed);
        samples = new SampleWriter(model, data.tokenizer(), data.prompt(model.blockSize()), seed,
                train.sampleChars());
    }

    /**
     * Both losses.
     *
     * @param listener hears of each batch
     * @throws inkhorn.autograd.ScopeInterrupted when a stop is requested before the end
     */
    Evaluation.Losses losses(long step, Consumer<TrainEvent> listener) {
        long before = average == null ? 0 : valLoss.batchCount();
        long beforeTraining = before + valLoss.batchCount();
        long total = beforeTraining + trainLoss.batchCount();
        try (Scope scope = Scope.open(stop.atAnyOp())) {
            double raw = average == null ? Double.NaN
                    : valLoss.loss(done -> listener.accept(new TrainEvent.Evaluating(step, done, total)), ranks, stop);
            try (WeightAverage.InPlace shown = averageInPlace()) {
                double validation = valLoss.loss(
                        done -> listener.accept(new TrainEvent.Evaluating(step, before + done, total)), ranks,
                        stop);
                double training = trainLoss.loss(
                        done -> listener.accept(new TrainEvent.Evaluating(step, beforeTraining + done, total)),
                        ranks, stop);
                return new Evaluation.Losses(step, training, validation, data.bitsPerByte(validation), raw);
            }
        }
    }

    private WeightAverage.InPlace averageInPlace() {
        return average == null ? () -> { } : average.inPlace();
    }

    /**
     * The short text, if the config asks for one; of rank 0 alone.
     *
     * @throws inkhorn.autograd.ScopeInterrupted when a stop is requested before the end
     */
    Optional<String> sample(long step) {
        if (ranks.rank() != 0) {
            return Optional.empty();
        }
        try (Scope scope = Scope.open(stop.atAnyOp()); WeightAverage.InPlace shown = averageInPlace()) {
            return samples.write(step);
        }
    }
}
