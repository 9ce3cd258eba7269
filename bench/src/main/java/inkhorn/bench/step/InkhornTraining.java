package inkhorn.bench.step;

import inkhorn.autograd.Rng;
import inkhorn.autograd.Scope;
import inkhorn.autograd.kernel.KernelProvider;
import inkhorn.bench.ModelCase;
import inkhorn.checkpoint.NamedTensor;
import inkhorn.checkpoint.Safetensors;
import inkhorn.nn.Gpt;
import inkhorn.optim.AdamW;
import inkhorn.optim.Hyperparameters;
import inkhorn.train.TrainStep;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Inkhorn's step. */
final class InkhornTraining implements Training {
    private final Gpt model;
    private final Recipe recipe;
    private final TrainStep training;
    private final int tokens;
    /** Open as long as this JVM trains: it owns the free list that steps draw from. */
    private final Scope run = Scope.open();

    /** @param recomputesBlocks activation checkpointing */
    InkhornTraining(ModelCase model, boolean recomputesBlocks) {
        this.model = new Gpt(model.config(), new Rng(Recipe.SEED));
        recipe = new Recipe(model);
        tokens = model.tokens();
        Hyperparameters hyper = new Hyperparameters(Recipe.BETA1, Recipe.BETA2, Recipe.EPS, Recipe.WEIGHT_DECAY);
        AdamW optimizer = new AdamW(this.model.namedParameters(), hyper);
        training = new TrainStep(this.model, optimizer, step -> Recipe.LR, Recipe.CLIP, Recipe.SEED,
                recomputesBlocks);
    }

    @Override
    public String description() {
        return "Java " + Runtime.version() + ", " + KernelProvider.kernels().description();
    }

    /** By nanoGPT's convention; see {@link Gpt#flopsPerToken()}. */
    double flopsPerStep() {
        return model.flopsPerToken() * tokens;
    }

    @Override
    public double step(long batch) {
        return training.run(batch, recipe.batch(batch)).loss();
    }

    /** Writes the weights as safetensors, in Inkhorn's names and layout. */
    void save(Path file) {
        List<NamedTensor> tensors = model.namedParameters().stream()
                .map(p -> new NamedTensor(p.name(), p.tensor().shape().dims(), p.tensor().data())).toList();
        Safetensors.write(file, tensors, Map.of(), false);
    }
}
