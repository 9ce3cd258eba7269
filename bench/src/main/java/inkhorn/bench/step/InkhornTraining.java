package inkhorn.bench.step;

import inkhorn.autograd.Backward;
import inkhorn.autograd.IntTensor;
import inkhorn.autograd.Rng;
import inkhorn.autograd.Scope;
import inkhorn.autograd.Tensor;
import inkhorn.autograd.kernel.KernelProvider;
import inkhorn.bench.ModelCase;
import inkhorn.checkpoint.NamedTensor;
import inkhorn.checkpoint.Safetensors;
import inkhorn.nn.Gpt;
import inkhorn.nn.Parameter;
import inkhorn.nn.Pass;
import inkhorn.nn.StateDict;
import inkhorn.optim.AdamW;
import inkhorn.optim.GradClip;
import inkhorn.optim.Hyperparameters;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Inkhorn's step, as {@link inkhorn.train.Trainer} makes it. */
final class InkhornTraining implements Training {

    private final Gpt model;
    private final Recipe recipe;
    private final List<Parameter> parameters;
    private final AdamW optimizer;
    private final IntTensor inputs;
    private final IntTensor targets;
    /** Open as long as this JVM trains: it owns the free list that steps draw from. */
    private final Scope run = Scope.open();

    InkhornTraining(ModelCase model) {
        int block = model.config().blockSize();
        this.model = new Gpt(model.config(), new Rng(Recipe.SEED));
        recipe = new Recipe(model);
        parameters = this.model.namedParameters();
        optimizer = new AdamW(parameters,
                new Hyperparameters(Recipe.BETA1, Recipe.BETA2, Recipe.EPS, Recipe.WEIGHT_DECAY));
        inputs = IntTensor.of(new int[model.tokens()], model.batch(), block);      // (B, T)
        targets = IntTensor.of(new int[model.tokens()], model.batch(), block);     // (B, T)
    }

    @Override
    public String description() {
        return "Java " + Runtime.version() + ", " + KernelProvider.kernels().description();
    }

    /** By nanoGPT's convention; see {@link Gpt#flopsPerToken()}. */
    double flopsPerStep() {
        return model.flopsPerToken() * inputs.data().length;
    }

    @Override
    public double step(long batch) {
        optimizer.zeroGrad();
        System.arraycopy(recipe.inputs(batch), 0, inputs.data(), 0, inputs.data().length);
        System.arraycopy(recipe.targets(batch), 0, targets.data(), 0, targets.data().length);
        double loss = accumulateGradients(new Rng(Recipe.SEED, 2, batch));
        GradClip clip = GradClip.of(parameters, Recipe.CLIP);
        optimizer.step(Recipe.LR, clip.factor());
        return loss;
    }

    private double accumulateGradients(Rng dropout) {
        try (Scope scope = Scope.open()) {
            Tensor loss = model.loss(inputs, targets, Pass.training(dropout));
            Backward.from(loss, new float[] {1}, Backward.Keep.NOTHING);
            return loss.item();
        }
    }

    @Override
    public void save(Path file) {
        List<NamedTensor> tensors = parameters.stream()
                .map(p -> new NamedTensor(p.name(), p.tensor().shape().dims(), p.tensor().data())).toList();
        Safetensors.write(file, tensors, Map.of(), false);
    }

    @Override
    public void load(Path file) {
        StateDict.load(model, Safetensors.readAll(file).stream()
                .collect(Collectors.toMap(NamedTensor::name, t -> Tensor.of(t.data(), t.shape()))));
    }
}
