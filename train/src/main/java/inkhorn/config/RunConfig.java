package inkhorn.config;

import java.util.List;

/** A whole config, valid and resolved: every key has its value. */
public record RunConfig(RunIdentity run, DataConfig data, ModelConfig model, TrainConfig train, OptimConfig optim) {
    public RunConfig {
        if (optim.lrDecayIters() == null) {
            optim = optim.withLrDecayIters(Math.max(train.maxIters(), optim.warmupIters()));
        }
    }

    /** Every key at its default. */
    public static RunConfig defaults() {
        return new RunConfig(RunIdentity.defaults(), DataConfig.defaults(), ModelConfig.defaults(),
                TrainConfig.defaults(), OptimConfig.defaults());
    }

    /** Every key with its value, as YAML that {@link ConfigLoader} reads back to an equal config. */
    public String toYaml() {
        return ConfigWriter.yaml(this);
    }

    /** The keys, of all sections, whose values are not those of {@code other}. */
    public List<Difference> differences(RunConfig other) {
        return ConfigKeys.differences(this, other);
    }
}
