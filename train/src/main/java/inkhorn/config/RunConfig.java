package inkhorn.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import inkhorn.autograd.Rng;
import inkhorn.autograd.Scope;
import inkhorn.nn.config.Check;
import inkhorn.nn.config.Records;
import inkhorn.nn.lora.Lora;
import inkhorn.nn.lora.LoraConfig;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A complete, valid config, in which every key has a value. */
public record RunConfig(RunIdentity run, DataConfig data, ModelConfig model, TrainConfig train, OptimConfig optim,
        LoraConfig lora) {
    /** Its name in the directory of a run and of a checkpoint. */
    public static final String FILE = "config.yaml";

    private static final YAMLMapper YAML = YAMLMapper.builder()
            .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER, YAMLGenerator.Feature.SPLIT_LINES).build();

    /**
     * Resolves what follows from other sections.
     *
     * @throws inkhorn.nn.config.InvalidConfigException of section lora, when the model cannot be adapted so; of section
     *     optim, when the steps are too few for its schedule
     */
    public RunConfig {
        if (lora.isOn()) {
            requireAdaptable(model, lora);
        }
        if (optim.lrDecayIters() == null) {
            optim = optim.withLrDecayIters(Math.max(train.maxIters(), optim.warmupIters()));
        }
    }

    /** Every key at its default. */
    public static RunConfig defaults() {
        return new RunConfig(RunIdentity.defaults(), DataConfig.defaults(), ModelConfig.defaults(),
                TrainConfig.defaults(), OptimConfig.defaults(), LoraConfig.defaults());
    }

    private static void requireAdaptable(ModelConfig model, LoraConfig lora) {
        Set<String> known;
        try (Scope shapes = Scope.openOnShapes()) {
            known = Lora.targets(model.create(1, new Rng(0)));
        }
        List<String> unknown = lora.targets().stream().filter(target -> !known.contains(target)).toList();
        new Check("lora")
                .that(model.initFrom() != null, "rank", "found " + lora.rank() + " without " + ModelConfig.INIT_FROM
                        + "; name the checkpoint that is adapted there, or leave section lora out")
                .that(!known.isEmpty(), "rank", "found " + lora.rank() + " with model.type "
                        + Scalar.show(model.type()) + ", which has no module to adapt; leave section lora out")
                .that(known.isEmpty() || unknown.isEmpty(), "targets", "found " + String.join(", ", unknown)
                        + ", expected names out of " + String.join(", ", known))
                .done();
    }

    /**
     * Every key with its value, as YAML that {@link ConfigLoader} reads back to an equal config; without section lora
     * where nothing is adapted.
     */
    public String toYaml() {
        Map<String, Object> own = Records.values(this);
        Map<String, Map<String, Object>> sections = new LinkedHashMap<>();
        for (ConfigKeys.Key key : keys()) {
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

    private List<ConfigKeys.Key> keys() {
        return ConfigKeys.all().values().stream().filter(key -> lora.isOn() || !key.section().equals("lora")).toList();
    }

    /** Every key that has a value: numbers, truth values, and all else as YAML shows it, by dotted key. */
    public Map<String, Object> values() {
        Map<String, Object> own = Records.values(this);
        Map<String, Object> values = new LinkedHashMap<>();
        for (ConfigKeys.Key key : keys()) {
            Object value = key.in((Record) own.get(key.section()));
            if (value != null) {
                values.put(key.dotted(), value instanceof Number || value instanceof Boolean ? value
                        : value instanceof List<?> list ? String.join(",", list.stream().map(Scalar::show).toList())
                        : Scalar.show(value));
            }
        }
        return values;
    }

    /** The keys, of all sections, whose values are not those of {@code other}. */
    public List<Difference> differences(RunConfig other) {
        return ConfigKeys.differences(this, other);
    }
}
