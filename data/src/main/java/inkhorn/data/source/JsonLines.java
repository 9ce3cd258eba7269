package inkhorn.data.source;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import inkhorn.data.DataException;
import inkhorn.data.files.Surrogates;
import java.io.BufferedReader;
import java.io.FilterReader;
import java.io.IOException;
import java.io.Reader;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A JSON object a line, with a document in one of its fields, or with its parts in several; empty lines are passed
 * over.
 */
public final class JsonLines implements SourceReader.Documents {
    /** A document may be a book, and lies in memory as a whole: no limit but that of the line. */
    private static final JsonFactory JSON = JsonFactory.builder().streamReadConstraints(StreamReadConstraints.builder()
            .maxStringLength(Integer.MAX_VALUE).maxDocumentLength(-1).build()).build();

    /** Characters of a line: a hundred books. A file without line breaks would fill the memory. */
    static final int LONGEST = 1 << 27;

    private final Limited limited;
    private final BufferedReader lines;
    private final String location;
    private final List<String> fields;
    private long line;
    private List<String> parts = List.of();
    private String text = "";
    private int read;
    private long replaced;

    /** @param fields one, or those of instructions, of which the last must not be empty */
    JsonLines(Reader lines, String location, List<String> fields) {
        this(lines, location, fields, LONGEST);
    }

    /** @param longest characters that a line may have, give or take what is read at once */
    JsonLines(Reader lines, String location, List<String> fields, int longest) {
        limited = new Limited(lines, longest);
        this.lines = new BufferedReader(limited, 1 << 16);
        this.location = location;
        this.fields = List.copyOf(fields);
    }

    /** The fields of the line that was read last. */
    List<String> parts() {
        return parts;
    }

    /** The number of that line. */
    long line() {
        return line;
    }

    @Override
    public boolean next() throws IOException {
        String json;
        do {
            line++;
            limited.sinceBreak = 0;
            json = lines.readLine();
        } while (json != null && json.isBlank());
        if (json == null) {
            return false;
        }
        parts = parts(json).stream().map(this::wellFormed).toList();
        text = String.join("", parts);
        read = 0;
        return true;
    }

    @Override
    public int read(char[] out, int at, int count) {
        int n = Math.min(count, text.length() - read);
        text.getChars(read, read + n, out, at);
        read += n;
        return n == 0 ? -1 : n;
    }

    @Override
    public long replaced() {
        return replaced;
    }

    /** {@code "\\ud83d"} alone is valid JSON, but half a character. */
    private String wellFormed(String part) {
        replaced += part.codePoints().filter(Surrogates::isSurrogate).count();
        return Surrogates.wellFormed(part);
    }

    private List<String> parts(String json) throws IOException {
        Map<String, String> found = new HashMap<>();
        boolean isInstruction = false;
        try (JsonParser parser = JSON.createParser(json)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw wrong("is no JSON object");
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                isInstruction |= name.equals(DataFormat.PROMPT_AND_COMPLETION.get(1));
                if (fields.contains(name)) {
                    if (value != JsonToken.VALUE_STRING) {
                        throw wrong("has a field \"" + name + "\" that is no string");
                    }
                    found.put(name, parser.getText());
                }
                parser.skipChildren();
            }
            if (parser.nextToken() != null) {
                throw wrong("has more than one JSON object");
            }
        } catch (JacksonException e) {
            throw new DataException(location + ": line " + line + " is no valid JSON (column "
                    + e.getLocation().getColumnNr() + "); each line must be one JSON object; repair or remove the "
                    + "line", e);
        }
        for (String field : fields) {
            if (!found.containsKey(field)) {
                throw isInstruction && !isOfInstructions()
                        ? new DataException(location + ": line " + line + " has no field \"" + field + "\" but a "
                        + "prompt with its completion; give --format instructions, in a config data.format: "
                        + "instructions")
                        : wrong("has no field \"" + field + "\"");
            }
        }
        if (isOfInstructions() && found.get(fields.get(fields.size() - 1)).isEmpty()) {
            throw wrong("has an empty " + fields.get(fields.size() - 1));
        }
        return fields.stream().map(found::get).toList();
    }

    private boolean isOfInstructions() {
        return fields.size() > 1;
    }

    /** Counts what is read for a line; more of it than is left of the line before. */
    private final class Limited extends FilterReader {
        private final int longest;
        private long sinceBreak;

        Limited(Reader in, int longest) {
            super(in);
            this.longest = longest;
        }

        @Override
        public int read(char[] out, int at, int count) throws IOException {
            int n = super.read(out, at, count);
            sinceBreak += Math.max(0, n);
            if (sinceBreak > longest + (long) count) {
                throw wrong(String.format(Locale.ROOT, "is longer than %,d characters, the most that is read",
                        longest));
            }
            return n;
        }
    }

    private DataException wrong(String what) {
        String advice = isOfInstructions()
                ? "each line must be {\"prompt\": \"...\", \"completion\": \"...\"}; repair or remove the line"
                : "each line must be a JSON object with the text in that field; name another with --field, or remove "
                + "the line";
        return new DataException(location + ": line " + line + " " + what + "; " + advice);
    }
}
