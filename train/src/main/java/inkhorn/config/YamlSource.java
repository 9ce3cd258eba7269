package inkhorn.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import inkhorn.config.ConfigException.Fault;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A config file as written: two levels of keys, each value with its line. Read from the parser's tokens and not from a
 * bound object, because only they know line numbers, duplicate keys and whether a number stood in quotes.
 */
final class YamlSource {
    private static final Pattern SYNTAX_ERROR = Pattern.compile("([^\\n]+)\\n in [^\\n]*, line (\\d+),");

    private final String file;
    private final String text;
    private final Map<String, Value> values = new LinkedHashMap<>();
    private final List<Fault> problems = new ArrayList<>();

    /** A value; {@code scalar} is null for a key with nothing behind it. */
    record Value(Scalar scalar, int line) {}

    private YamlSource(String file, String text) {
        this.file = file;
        this.text = text;
    }

    /** Reads {@code text}, the content of {@code file}; what does not fit is under {@link #problems()}. */
    static YamlSource parse(String file, String text) {
        YamlSource source = new YamlSource(file, text);
        try (YAMLParser yaml = new YAMLFactory().createParser(text)) {
            source.document(yaml);
        } catch (JsonProcessingException e) {
            throw notYaml(file, e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return source;
    }

    Map<String, Value> values() {
        return values;
    }

    List<Fault> problems() {
        return problems;
    }

    String at(int line) {
        return file + ":" + line;
    }

    private void document(YAMLParser yaml) throws IOException {
        JsonToken first = yaml.nextToken();
        if (first == null) {
            throw new ConfigException(file, "the config is empty; copy one from configs/ and change it");
        }
        if (first != JsonToken.START_OBJECT) {
            throw new ConfigException(file, "not a config: found " + describe(yaml)
                    + " where sections such as 'train:' were expected");
        }
        List<String> seen = new ArrayList<>();
        while (yaml.nextToken() == JsonToken.FIELD_NAME) {
            String section = yaml.getText();
            int line = line(yaml);
            JsonToken token = yaml.nextToken();
            if (seen.contains(section)) {
                problem(line, section, "section " + section + " appears twice; keep one");
            }
            seen.add(section);
            if (!ConfigKeys.sections().contains(section)) {
                unknown(line, section);
                yaml.skipChildren();
            } else if (token == JsonToken.START_OBJECT) {
                section(yaml, section);
            } else if (!isNothing(yaml)) {
                problem(line, section, section + ": found " + describe(yaml) + ", expected keys such as '"
                        + ConfigKeys.of(section).get(0).name() + ":' below it, indented");
                yaml.skipChildren();
            }
        }
        if (yaml.nextToken() != null) {
            problem(line(yaml), "", "a second document begins here; a config is one document, remove the '---' line");
        }
    }

    private void section(YAMLParser yaml, String section) throws IOException {
        while (yaml.nextToken() == JsonToken.FIELD_NAME) {
            String dotted = section + "." + yaml.getText();
            int line = line(yaml);
            yaml.nextToken();
            if (!ConfigKeys.all().containsKey(dotted)) {
                unknown(line, dotted);
            } else if (values.containsKey(dotted)) {
                problem(line, dotted, dotted + " appears twice, first on line " + values.get(dotted).line()
                        + "; keep one");
            } else if (yaml.currentToken() == JsonToken.START_ARRAY
                    && ConfigKeys.all().get(dotted).type() == List.class) {
                list(yaml, dotted, line);
            } else if (yaml.currentToken().isStructStart()) {
                problem(line, dotted, dotted + ": found " + describe(yaml) + ", expected one value");
            } else {
                values.put(dotted,
                        new Value(isNothing(yaml) ? null : new Scalar(yaml.getText(), isQuoted(yaml)), line));
            }
            yaml.skipChildren();
        }
    }

    private void list(YAMLParser yaml, String dotted, int line) throws IOException {
        List<String> parts = new ArrayList<>();
        while (yaml.nextToken() != JsonToken.END_ARRAY) {
            if (yaml.currentToken() == JsonToken.START_OBJECT && dotted.equals(GroupSpec.KEY)) {
                parts.add(group(yaml));
            } else if (yaml.currentToken().isStructStart()) {
                problem(line, dotted, dotted + ": found " + describe(yaml) + " in the list, expected texts");
                yaml.skipChildren();
            } else {
                parts.add(yaml.getText());
            }
        }
        values.put(dotted, new Value(new Scalar(String.join(",", parts), false), line));
    }

    /** Keys and values as a {@link GroupSpec} is written in a text. */
    private static String group(YAMLParser yaml) throws IOException {
        List<String> parts = new ArrayList<>();
        while (yaml.nextToken() == JsonToken.FIELD_NAME) {
            String name = yaml.getText();
            yaml.nextToken();
            parts.add(name + "=" + yaml.getText());
            yaml.skipChildren();
        }
        return String.join(" ", parts);
    }

    private void unknown(int line, String key) {
        String nearest = ConfigKeys.nearest(key);
        String section = key.contains(".") ? key.substring(0, key.indexOf('.')) : null;
        String hint;
        if (nearest != null) {
            hint = "did you mean " + nearest + "?";
        } else if (section != null) {
            hint = "the keys of " + section + " are "
                    + String.join(", ", ConfigKeys.of(section).stream().map(ConfigKeys.Key::name).toList());
        } else {
            hint = "the sections are " + String.join(", ", ConfigKeys.sections());
        }
        problem(line, key, "unknown key " + key + "; " + hint);
    }

    private void problem(int line, String key, String what) {
        problems.add(new Fault(at(line), List.of(key), what));
    }

    private boolean isQuoted(YAMLParser yaml) {
        int offset = (int) yaml.currentTokenLocation().getCharOffset();
        return offset < text.length() && "\"'|>".indexOf(text.charAt(offset)) >= 0;
    }

    private boolean isNothing(YAMLParser yaml) throws IOException {
        return yaml.currentToken() == JsonToken.VALUE_NULL
                || yaml.currentToken() == JsonToken.VALUE_STRING && yaml.getText().isEmpty() && !isQuoted(yaml);
    }

    private static int line(YAMLParser yaml) {
        return yaml.currentTokenLocation().getLineNr();
    }

    private static String describe(YAMLParser yaml) throws IOException {
        String value = yaml.getText();
        return switch (yaml.currentToken()) {
            case START_OBJECT -> "a group of keys";
            case START_ARRAY -> "a list";
            default -> Scalar.quote(value.length() > 40 ? value.substring(0, 40) + "..." : value);
        };
    }

    static ConfigException notYaml(String file, JsonProcessingException e) {
        int line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
        String what = e.getOriginalMessage().lines().findFirst().orElse("unreadable");
        // The last place named is where the parser stopped; earlier ones say what it was reading.
        Matcher places = SYNTAX_ERROR.matcher(e.getOriginalMessage());
        while (places.find()) {
            what = places.group(1).strip();
            line = Integer.parseInt(places.group(2));
        }
        return new ConfigException(file + ":" + line, "not YAML: " + what + "; correct this line or the one above it");
    }
}
