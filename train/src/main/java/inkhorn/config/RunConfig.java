package inkhorn.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import inkhorn.nn.config.Records;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A whole config, valid and resolved: every key has its value. */
public record RunConfig(RunIdentity run, DataConfig data, ModelConfig model, TrainConfig train, OptimConfig optim) {
    private static final YAMLMapper YAML = YAMLMapper.builder()
            .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER, YAMLGenerator.Feature.SPLIT_LINES).build();

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
        Map<String, Object> own = Records.values(this);
        Map<String, Map<String, Object>> sections = new LinkedHashMap<>();
        for (ConfigKeys.Key key : ConfigKeys.all().values()) {
            Object value = key.in((Record) own.get(key.section()));
            sections.computeIfAbsent(key.section(), section -> new LinkedHashMap<>())
                    .put(key.name(), value instanceof Enum<?> ? Scalar.show(value) : value);
        }
        try {
            return YAML.writeValueAsString(sections);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("numbers and texts are always YAML", e);
        }
    }

    /** The keys, of all sections, whose values are not those of {@code other}. */
    public List<Difference> differences(RunConfig other) {
        return ConfigKeys.differences(this, other);
    }
}
