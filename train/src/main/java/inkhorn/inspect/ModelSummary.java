package inkhorn.inspect;

import inkhorn.autograd.IntTensor;
import inkhorn.autograd.NoGrad;
import inkhorn.autograd.Scope;
import inkhorn.autograd.Shape;
import inkhorn.nn.LanguageModel;
import inkhorn.nn.Pass;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * A model summary: what a model consists of, and the shapes of a batch at each step. All of it is read from the model
 * itself, which is made and run on shapes alone, so it takes none of the model's memory.
 *
 * @param parameters each tensor of weights once, in the order of registration
 * @param trainedCount the number of values that are not frozen
 * @param walk       the steps of a batch, from ids to logits
 */
public record ModelSummary(List<Weights> parameters, long trainedCount, double flopsPerToken, List<Step> walk) {
    /** The prefix that all of GPT-2's parameter names share. */
    private static final String PREFIX = "transformer.";
    private static final String HEAD = "lm_head";

    /**
     * A trained tensor.
     *
     * @param shape   sizes, outermost first
     * @param count   the number of trained values
     * @param meaning what it is for, in a few words
     */
    public record Weights(String name, List<Integer> shape, long count, String meaning) {}

    /**
     * A step of a batch through the model.
     *
     * @param name    of the module that computes it, or of the operation, without {@code transformer.}
     * @param shape   what is there after it; the sizes of the definition, even where the kernels never hold it whole
     * @param meaning what was done, in a few words
     */
    public record Step(String name, List<Integer> shape, String meaning) {}

    /**
     * The summary of a model.
     *
     * @param model makes it; asked once, on shapes alone
     * @param batch sequences
     * @param time tokens of each, at most the model's block size
     * @throws IllegalArgumentException when some array would have more elements than Java allows
     */
    public static ModelSummary of(Supplier<LanguageModel> model, int batch, int time) {
        try (Scope shapes = Scope.openOnShapes()) {
            LanguageModel made = model.get();
            List<Weights> parameters = made.namedParameters().stream().map(p ->
                    new Weights(p.name(), sizes(p.tensor().shape()), p.tensor().size(), p.meaning())).toList();
            List<Step> walk = new ArrayList<>();
            // Refuses the batch before ids of that length are made.
            Shape.of(batch, time, made.tokenTable().shape().last());
            IntTensor ids = IntTensor.of(new int[Shape.of(batch, time).size()], batch, time);
            Pass observed = Pass.observed(step -> walk.add(new Step(
                    step.name().replace(PREFIX, ""), sizes(step.shape()), step.meaning())));
            try (NoGrad off = NoGrad.open()) {
                if ((long) batch * time * made.vocabSize() <= Integer.MAX_VALUE) {
                    made.logits(ids, observed);
                } else {
                    made.loss(ids, ids, observed);
                    walk.add(new Step(HEAD, List.of(batch, time, made.vocabSize()),
                            "a logit for every token that may follow, in parts: no array holds all"));
                }
            }
            return new ModelSummary(parameters, made.trainedCount(), made.flopsPerToken(), walk);
        }
    }

    /** The number of values, frozen ones included, a tied table counted once. */
    public long parameterCount() {
        return parameters.stream().mapToLong(Weights::count).sum();
    }

    private static List<Integer> sizes(Shape shape) {
        return IntStream.of(shape.dims()).boxed().toList();
    }
}
