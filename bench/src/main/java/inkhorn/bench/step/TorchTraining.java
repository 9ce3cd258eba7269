package inkhorn.bench.step;

import inkhorn.bench.ModelCase;
import inkhorn.bench.torch.TorchAdamW;
import inkhorn.bench.torch.TorchGpt;
import inkhorn.bench.torch.TorchProcess;
import inkhorn.checkpoint.SafetensorsReader;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/** The same step on libtorch. */
final class TorchTraining implements Training {
    private final TorchGpt model;
    private final TorchAdamW optimizer;
    private final Recipe recipe;
    private final Engine.Precision precision;
    private final long batch;
    private final long time;

    TorchTraining(ModelCase model, Engine.Precision precision) {
        this.precision = precision;
        this.model = new TorchGpt(model, precision == Engine.Precision.BFLOAT16);
        optimizer = new TorchAdamW(List.copyOf(this.model.parameters().values()), new TorchAdamW.Settings(Recipe.BETA1,
                Recipe.BETA2, Recipe.EPS, Recipe.WEIGHT_DECAY, Recipe.CLIP));
        recipe = new Recipe(model);
        batch = model.batch();
        time = model.config().blockSize();
    }

    @Override
    public String description() {
        return TorchProcess.description() + ", attention by its " + model.attentionKernel() + " kernel"
                + (precision == Engine.Precision.BFLOAT16 ? ", autocast to bfloat16" : "");
    }

    @Override
    public double step(long index) {
        optimizer.zeroGrad();
        double loss = accumulateGradients(index);
        optimizer.step(Recipe.LR);
        return loss;
    }

    private double accumulateGradients(long index) {
        try (PointerScope scope = new PointerScope()) {
            Tensor loss = model.loss(tokens(recipe.batch(index).inputs()), tokens(recipe.batch(index).targets()));
            loss.backward();
            return loss.item_float();
        }
    }

    private Tensor tokens(int[] ids) {
        return Tensor.create(Arrays.stream(ids).asLongStream().toArray(), batch, time);     // (B, T)
    }

    /** Takes weights that {@link InkhornTraining#save} wrote. */
    void load(Path file) {
        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            model.copy(reader::read);
        }
    }
}
