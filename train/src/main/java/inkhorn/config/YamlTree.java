package inkhorn.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A YAML file that is no config, as written: each value with its text, so that {@code 1e-3} stays {@code 1e-3}, and
 * with its line.
 */
public final class YamlTree {

    /** A part of a file. */
    public sealed interface Node {

        /** Where it begins, counted from 1. */
        int line();
    }

    /** One value, without quotes; empty where nothing is written. */
    public record Text(String text, int line) implements Node {
    }

    /** A list. */
    public record Items(List<Node> items, int line) implements Node {
    }

    /** Values by key, in the order of the file. */
    public record Group(Map<String, Node> keys, int line) implements Node {
    }

    private final String file;
    private final YAMLParser yaml;

    private YamlTree(String file, YAMLParser yaml) {
        this.file = file;
        this.yaml = yaml;
    }

    /**
     * Reads a file that holds a group of keys.
     *
     * @throws ConfigException when it cannot be read, is no YAML or holds something else, naming the line
     */
    public static Group read(Path file) {
        String name = file.toString();
        try (YAMLParser yaml = new YAMLFactory().createParser(ConfigLoader.read(file))) {
            if (yaml.nextToken() != JsonToken.START_OBJECT) {
                throw new ConfigException(name, "found no keys, expected lines such as 'config: FILE'");
            }
            Group root = (Group) new YamlTree(name, yaml).node();
            if (yaml.nextToken() != null) {
                throw new ConfigException(name + ":" + yaml.currentTokenLocation().getLineNr(),
                        "a second document begins here; leave one");
            }
            return root;
        } catch (JsonProcessingException e) {
            throw YamlSource.notYaml(name, e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Node node() throws IOException {
        int line = yaml.currentTokenLocation().getLineNr();
        return switch (yaml.currentToken()) {
            case START_OBJECT -> group(line);
            case START_ARRAY -> items(line);
            case VALUE_NULL -> new Text("", line);
            default -> new Text(yaml.getText(), line);
        };
    }

    private Group group(int line) throws IOException {
        Map<String, Node> keys = new LinkedHashMap<>();
        while (yaml.nextToken() == JsonToken.FIELD_NAME) {
            String key = yaml.getText();
            int at = yaml.currentTokenLocation().getLineNr();
            yaml.nextToken();
            if (keys.put(key, node()) != null) {
                throw new ConfigException(file + ":" + at, key + " appears twice; keep one");
            }
        }
        return new Group(keys, line);
    }

    private Items items(int line) throws IOException {
        List<Node> items = new ArrayList<>();
        while (yaml.nextToken() != JsonToken.END_ARRAY) {
            items.add(node());
        }
        return new Items(items, line);
    }
}
