package inkhorn.nn.lora;

import inkhorn.nn.config.Check;
import java.util.HashSet;
import java.util.List;

/**
 * How a model is adapted. The YAML section {@code lora} is bound to it by the names of its components.
 *
 * @param rank    r of the added terms; 0 for none, so that the model is trained itself
 * @param alpha   the terms are multiplied by {@code alpha / rank}; null becomes the rank
 * @param dropout probability of dropping at the input of an added term, in [0, 1)
 * @param targets the last parts of the names of the modules that get one, as {@code c_attn}
 */
public record LoraConfig(int rank, Double alpha, double dropout, List<String> targets) {
    /** @throws inkhorn.nn.config.InvalidConfigException naming every value that is out of range */
    public LoraConfig {
        targets = List.copyOf(targets);
        alpha = alpha == null ? Double.valueOf(Math.max(1, rank)) : alpha;
        new Check("lora").atLeast("rank", rank, 0).above("alpha", alpha, 0).within("dropout", dropout, 0, 1)
                .that(!targets.isEmpty(), "targets", "found nothing, expected names of modules, such as c_attn")
                .that(new HashSet<>(targets).size() == targets.size(), "targets",
                        "found " + targets + ", expected each name once")
                .done();
    }

    /** No adapters; with a rank, all matrices of attention and MLP get one. */
    public static LoraConfig defaults() {
        return new LoraConfig(0, null, 0, List.of("c_attn", "c_proj", "c_fc"));
    }

    /** Whether there are adapters. */
    public boolean isOn() {
        return rank > 0;
    }

    /** What an added term is multiplied by. */
    public double scale() {
        return alpha / rank;
    }
}
