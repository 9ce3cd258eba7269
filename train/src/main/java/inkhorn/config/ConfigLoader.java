package inkhorn.config;

import inkhorn.config.ConfigException.Fault;
import inkhorn.data.files.RegularFile;
import inkhorn.data.source.DataSets;
import inkhorn.nn.config.InvalidConfigException;
import inkhorn.nn.config.Records;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Reads a config. A value comes from the command line, else from the YAML file, else from the defaults. All problems
 * are reported together.
 */
public final class ConfigLoader {
    // The longest sensible config has a few kilobytes; a model or a corpus given by mistake must not be parsed.
    private static final int LARGEST = 1 << 20;

    private final YamlSource source;
    private final String file;
    private final Map<String, String> overrides;
    private final Inherited inherited;
    private final List<Fault> problems = new ArrayList<>();
    private Map<String, Object> inheritedValues = Map.of();

    private ConfigLoader(String file, YamlSource source, Map<String, String> overrides, Inherited inherited) {
        this.file = file;
        this.source = source;
        this.overrides = overrides;
        this.inherited = inherited;
    }

    /** The config that a checkpoint was trained with; the defaults where it is not kept in its directory. */
    public static RunConfig ofCheckpoint(Path directory) {
        Path config = directory.resolve(RunConfig.FILE);
        return Files.isRegularFile(config) ? load(config) : RunConfig.defaults();
    }

    /** Reads {@code file}. */
    public static RunConfig load(Path file) {
        return load(file, Map.of());
    }

    /**
     * Reads {@code file}; {@code run.name} is the file's name, without its extension, if it gives none.
     *
     * @param overrides values by dotted key ({@code train.max_iters}), as written on the command line; they win over
     *     the file
     * @throws ConfigException with every problem found, one line each
     */
    public static RunConfig load(Path file, Map<String, String> overrides) {
        return load(file, overrides, Inherited.NOTHING, note -> { });
    }

    /**
     * As above.
     *
     * @param inherited what stands for keys that are not given, such as {@code InitialWeights.inherited}
     * @param notes takes a line for keys that were given and have no effect
     */
    public static RunConfig load(Path file, Map<String, String> overrides, Inherited inherited,
            Consumer<String> notes) {
        ConfigLoader loader = new ConfigLoader(file.toString(),
                YamlSource.parse(file.toString(), read(file)), overrides, inherited);
        RunConfig config = loader.build();
        IneffectiveKeys.notes(config, loader.given()).forEach(notes);
        return config;
    }

    static RunConfig parse(String file, String text, Map<String, String> overrides) {
        return new ConfigLoader(file, YamlSource.parse(file, text), overrides, Inherited.NOTHING).build();
    }

    private RunConfig build() {
        problems.addAll(source.problems());
        for (String key : overrides.keySet()) {
            if (!ConfigKeys.all().containsKey(key)) {
                String nearest = ConfigKeys.nearest(key);
                problems.add(new Fault("--" + key, List.of(key), "unknown key"
                        + (nearest == null ? "; docs/config.md lists the keys" : "; did you mean --" + nearest + "?")));
            }
        }
        RunConfig defaults = RunConfig.defaults();
        Map<String, Object> sections = new LinkedHashMap<>();
        for (RecordComponent section : RunConfig.class.getRecordComponents()) {
            sections.put(section.getName(), section(section.getName(), (Record) Records.get(section, defaults)));
            if (sections.get(section.getName()) instanceof RunIdentity run) {
                inheritedValues = inheritedBy(run);
            }
        }
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        try {
            return Records.make(RunConfig.class, sections.values().toArray());
        } catch (InvalidConfigException e) {
            report(e.problems().stream().map(problem -> problem(e.subject(), problem)).toList());
            throw new ConfigException(problems);
        }
    }

    private Map<String, Object> inheritedBy(RunIdentity run) {
        Map<String, Object> values = new LinkedHashMap<>(inherited.values(run, given(ModelConfig.INIT_FROM)));
        if (given("data.dir") != null) {
            values.remove(DataConfig.TOKENIZER);        // prepared data have their own
        }
        return values;
    }

    /** A record of a section, of the type of its defaults; null where its values cannot be used. */
    private Object section(String name, Record defaults) {
        Object[] values = Arrays.stream(defaults.getClass().getRecordComponents())
                .map(component -> component(name, component, Records.get(component, defaults))).toArray();
        try {
            return Records.make(defaults.getClass(), values);
        } catch (InvalidConfigException e) {
            report(e.problems().stream().map(problem -> problem(name, problem)).toList());
        }
        return null;
    }

    private Object component(String section, RecordComponent component, Object defaultValue) {
        ConfigKeys.Key key = ConfigKeys.all().get(ConfigKeys.dotted(section, component));
        return defaultValue instanceof Record inside ? section(section, inside) : key == null
                ? defaultValue : value(key);
    }

    private static Fault problem(String section, InvalidConfigException.Problem problem) {
        List<String> keys = Stream.concat(Stream.of(problem.key()), problem.others().stream())
                .map(key -> section + "." + key).toList();
        return new Fault(keys.get(0), keys, problem.what());
    }

    private void report(List<Fault> found) {
        found.stream().filter(problem -> problem.keys().stream().noneMatch(this::isReported)).map(this::place).toList()
                .forEach(problems::add);
    }

    private Object value(ConfigKeys.Key key) {
        String override = overrides.get(key.dotted());
        YamlSource.Value written = source.values().get(key.dotted());
        Object fallback = key.dotted().equals("run.name") ? stem(file)
                : inheritedValues.getOrDefault(key.dotted(), key.defaultValue());
        if (key.dotted().equals("data.dataset") && override == null && pathWins(written)) {
            return DataSets.nameOf(Path.of(givenPath()));
        }
        Scalar scalar = override != null ? new Scalar(override, false) : written != null ? written.scalar() : null;
        if (override == null && written == null || scalar == null && key.optional()
                || override != null && override.isEmpty() && key.optional()) {
            return fallback;
        }
        try {
            if (scalar == null) {
                throw new Scalar.Unfit("found nothing, expected a value");
            }
            return scalar.as(key.type());
        } catch (Scalar.Unfit e) {
            problems.add(place(new Fault("", List.of(key.dotted()), e.getMessage())));
            return fallback;
        }
    }

    /** Whether data.path or data.dir is given where no data set is, or on the command line over the file's data set. */
    private boolean pathWins(YamlSource.Value writtenDataset) {
        boolean onCommandLine = !overrides.getOrDefault("data.path", "").isEmpty()
                || !overrides.getOrDefault("data.dir", "").isEmpty();
        return givenPath() != null && (writtenDataset == null || onCommandLine);
    }

    /** The keys that have a value in the file or on the command line. */
    private Set<String> given() {
        return ConfigKeys.names().stream().filter(key -> given(key) != null).collect(Collectors.toSet());
    }

    private String givenPath() {
        String directory = given("data.dir");
        return directory != null ? directory : given("data.path");
    }

    /** Null where it has no value: an empty one on the command line takes the file's away. */
    private String given(String key) {
        String override = overrides.get(key);
        YamlSource.Value written = source.values().get(key);
        String value = override != null ? override : written != null && written.scalar() != null ? written.scalar()
                .text() : null;
        return value == null || value.isBlank() ? null : value;
    }

    /** The problem with the place where the user wrote the value, and the default to go back to. */
    private Fault place(Fault problem) {
        String key = problem.keys().get(0);
        YamlSource.Value written = source.values().get(key);
        String where = overrides.containsKey(key) ? "--" + key
                : written != null ? source.at(written.line()) + ": " + key
                : file + ": " + key;
        Object fallback = ConfigKeys.all().get(key).defaultValue();
        boolean advised = problem.what().contains(";");
        String hint = advised ? "" : fallback == null ? "; leave the key out for its default" : "; the default is "
                + Scalar.show(fallback);
        return new Fault(where, problem.keys(), problem.what() + hint);
    }

    private boolean isReported(String key) {
        return problems.stream().anyMatch(problem -> problem.keys().contains(key));
    }

    static String read(Path file) {
        String name = file.toString();
        if (Files.isDirectory(file)) {
            throw new ConfigException(name, "is a directory, expected a config file such as"
                    + " configs/shakespeare-char.yaml");
        }
        try {
            String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(RegularFile.read(file, LARGEST)))
                    .toString();
            return text.startsWith("\uFEFF") ? text.substring(1) : text;
        } catch (NoSuchFileException e) {
            throw new ConfigException(name, "no such file; give a config such as configs/shakespeare-char.yaml");
        } catch (CharacterCodingException e) {
            throw new ConfigException(name, "not a text file in UTF-8; give a YAML file");
        } catch (AccessDeniedException e) {
            throw new ConfigException(name, "cannot be read (permission denied); make it readable");
        } catch (FileSystemException e) {
            throw new ConfigException(name, e.getReason() + "; give a YAML file such as configs/shakespeare-char.yaml");
        } catch (IOException e) {
            throw new ConfigException(name, "cannot be read (" + e.getMessage() + "); give a YAML file that can");
        }
    }

    private static String stem(String file) {
        String name = String.valueOf(Path.of(file).getFileName());
        int dot = name.lastIndexOf('.');
        return dot > 0 ? name.substring(0, dot) : name;
    }
}
