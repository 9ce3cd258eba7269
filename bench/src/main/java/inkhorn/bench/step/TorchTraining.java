package inkhorn.bench.step;

import inkhorn.bench.ModelCase;
import inkhorn.checkpoint.NamedTensor;
import inkhorn.checkpoint.SafetensorsReader;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** The same step on libtorch. */
final class TorchTraining implements Training {
    /** Of both builds, as bench/pom.xml has it. */
    static final String VERSION = "2.7.1";

    private final TorchGpt model;
    private final TorchAdamW optimizer;
    private final Recipe recipe;
    private final Engine.Precision precision;
    private final long batch;
    private final long time;

    /**
     * Loads the libraries.
     *
     * @param blas {@code MKL} or {@code OpenBLAS}
     * @throws IllegalStateException when it is another build that was found
     */
    static void start(int threads, String blas) {
        if (!blas().equals(blas)) {
            throw new IllegalStateException("the libraries of libtorch's " + blas + " build do not load");
        }
        torch.set_num_threads(threads);
        torch.set_num_interop_threads(1);
        torch.manual_seed(Recipe.SEED);
    }

    TorchTraining(ModelCase model, Engine.Precision precision) {
        this.precision = precision;
        this.model = new TorchGpt(model, precision);
        optimizer = new TorchAdamW(List.copyOf(this.model.parameters().values()));
        recipe = new Recipe(model);
        batch = model.batch();
        time = model.config().blockSize();
    }

    private static String blas() {
        return torch.show_config().getString().contains("Math Kernel Library") ? "MKL" : "OpenBLAS";
    }

    @Override
    public String description() {
        String capability = torch.show_config().getString().lines().filter(line -> line.contains("CPU capability"))
                .findFirst()
                .orElse("").replace("- CPU capability usage:", "").trim();
        return "libtorch " + VERSION + ", " + blas() + ", " + capability + ", " + torch.get_num_threads()
                + " threads, attention by its " + model.attentionKernel() + " kernel"
                + (precision == Engine.Precision.BFLOAT16 ? ", autocast to bfloat16" : "");
    }

    @Override
    public double step(long index) {
        optimizer.zeroGrad();
        double loss = accumulateGradients(index);
        optimizer.step();
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
        try (SafetensorsReader reader = SafetensorsReader.open(file); PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            for (Map.Entry<String, Tensor> parameter : model.parameters().entrySet()) {
                NamedTensor read = reader.read(parameter.getKey());
                long[] shape = Arrays.stream(read.shape()).asLongStream().toArray();
                Tensor values = Tensor.create(read.data(), shape);
                boolean isLinear = parameter.getKey().contains(".h.") && shape.length == 2;
                parameter.getValue().copy_(isLinear ? values.t() : values);
            }
        }
    }
}
