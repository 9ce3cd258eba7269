package inkhorn.bench;

import inkhorn.nn.GptConfig;
import inkhorn.nn.config.Records;
import java.util.List;
import java.util.Map;

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
        Map<String, Object> found = Records.values(config);
        Map<String, Object> built = Records.values(gpt(config.vocabSize(), config.blockSize(), config.nLayer(),
                config.nHead(), config.nEmbd(), config.dropout(), config.bias()).withNInner(config.nInner())
                .withLayerNormEps(config.layerNormEps()));
        found.keySet().removeIf(component -> found.get(component).equals(built.get(component)));
        if (!found.isEmpty()) {
            built.keySet().retainAll(found.keySet());
            throw new IllegalArgumentException(name + ": the benchmarks build only models with " + built + ", found "
                    + found);
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
