package inkhorn.bench;

import inkhorn.autograd.kernel.RowNorm;
import inkhorn.nn.Activation;
import inkhorn.nn.GptConfig;
import inkhorn.nn.Position;
import inkhorn.nn.config.Records;
import java.util.List;

/**
 * A model and the batch it is trained on.
 *
 * @param name what the command line calls it
 * @param config its shape
 * @param batch sequences a step, each of the model's block size
 */
public record ModelCase(String name, GptConfig config, int batch) {
    /** From a smoke test's size to GPT-2's. */
    public static final List<ModelCase> ALL = List.of(
            new ModelCase("tiny", gpt(65, 64, 4, 4, 128, 0, false), 12),
            new ModelCase("char", gpt(65, 256, 6, 6, 384, 0.2, false), 16),
            new ModelCase("char-nodropout", gpt(65, 256, 6, 6, 384, 0, false), 16),
            new ModelCase("char-64", gpt(65, 256, 6, 6, 384, 0.2, false), 64),
            new ModelCase("gpt2", gpt(50257, 64, 12, 12, 768, 0, true), 4),
            new ModelCase("gpt2-1024", gpt(50257, 1024, 12, 12, 768, 0, true), 1));

    /** @throws IllegalArgumentException for a model that libtorch's side and the kernels' benchmark do not build */
    public ModelCase {
        if (config.norm() != RowNorm.LAYERNORM || config.activation() != Activation.GELU
                || config.position() != Position.LEARNED || !config.tieWeights()) {
            throw new IllegalArgumentException(name + ": the benchmarks build only models with norm layernorm,"
                    + " activation gelu, position learned and tie_weights true, found "
                    + Records.word(config.norm()) + ", " + Records.word(config.activation()) + ", "
                    + Records.word(config.position()) + " and " + config.tieWeights());
        }
    }

    /** @throws IllegalArgumentException listing the names there are */
    public static ModelCase named(String name) {
        return ALL.stream().filter(c -> c.name.equals(name)).findFirst().orElseThrow(() -> new IllegalArgumentException(
                name + ": no such model; there are " + String.join(", ", ALL.stream().map(ModelCase::name).toList())));
    }

    private static GptConfig gpt(int vocab, int time, int layers, int heads, int channels, double dropout,
            boolean bias) {
        return GptConfig.defaults().withVocabSize(vocab).withBlockSize(time).withNLayer(layers).withNHead(heads)
                .withNEmbd(channels).withDropout(dropout).withBias(bias);
    }

    /** The same without dropout, so that two programs compute the same. */
    public ModelCase withoutDropout() {
        return new ModelCase(name, config.withDropout(0), batch);
    }

    /** Tokens that a step learns from. */
    public int tokens() {
        return batch * config.blockSize();
    }
}
