package inkhorn.config;

import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import inkhorn.nn.config.Records;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.lang.reflect.RecordComponent;

/** Writes a config with every key. */
final class ConfigWriter {
    private ConfigWriter() {}

    static String yaml(RunConfig config) {
        YAMLFactory factory = YAMLFactory.builder()
                .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
                .disable(YAMLGenerator.Feature.SPLIT_LINES)
                .build();
        StringWriter text = new StringWriter();
        try (YAMLGenerator yaml = factory.createGenerator(text)) {
            yaml.writeStartObject();
            for (RecordComponent section : RunConfig.class.getRecordComponents()) {
                Record values = (Record) Records.get(section, config);
                yaml.writeObjectFieldStart(section.getName());
                for (ConfigKeys.Key key : ConfigKeys.of(section.getName())) {
                    yaml.writeFieldName(key.name());
                    write(yaml, key.in(values));
                }
                yaml.writeEndObject();
            }
            yaml.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    private static void write(YAMLGenerator yaml, Object value) throws IOException {
        if (value == null) {
            yaml.writeNull();
        } else if (value instanceof Boolean truth) {
            yaml.writeBoolean(truth);
        } else if (value instanceof Integer || value instanceof Long) {
            yaml.writeNumber(((Number) value).longValue());
        } else if (value instanceof Double number) {
            yaml.writeNumber(number);
        } else {
            yaml.writeString(Scalar.show(value));
        }
    }
}
