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
import java.util.Locale;

/** A JSON object a line, with a document in one of its fields; empty lines are passed over. */
public final class JsonLines implements SourceReader.Documents {
    /** A document may be a book, and lies in memory as a whole: no limit but that of the line. */
    private static final JsonFactory JSON = JsonFactory.builder().streamReadConstraints(StreamReadConstraints.builder()
            .maxStringLength(Integer.MAX_VALUE).maxDocumentLength(-1).build()).build();

    /** Characters of a line: a hundred books. A file without line breaks would fill the memory. */
    static final int LONGEST = 1 << 27;

    private final Limited limited;
    private final BufferedReader lines;
    private final String location;
    private final String field;
    private long line;
    private String text = "";
    private int read;
    private long replaced;

    JsonLines(Reader lines, String location, String field) {
        this(lines, location, field, LONGEST);
    }

    /** @param longest characters that a line may have, give or take what is read at once */
    JsonLines(Reader lines, String location, String field, int longest) {
        limited = new Limited(lines, longest);
        this.lines = new BufferedReader(limited, 1 << 16);
        this.location = location;
        this.field = field;
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
        String document = text(json);
        // "\ud83d" alone is valid JSON, but half a character.
        replaced += document.codePoints().filter(Surrogates::isSurrogate).count();
        text = Surrogates.wellFormed(document);
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

    private String text(String json) throws IOException {
        String found = null;
        try (JsonParser parser = JSON.createParser(json)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw wrong("is no JSON object");
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                boolean wanted = parser.currentName().equals(field);
                JsonToken value = parser.nextToken();
                if (wanted && value != JsonToken.VALUE_STRING) {
                    throw wrong("has a field \"" + field + "\" that is no string");
                }
                found = wanted ? parser.getText() : found;
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
        if (found == null) {
            throw wrong("has no field \"" + field + "\"");
        }
        return found;
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
        return new DataException(location + ": line " + line + " " + what
                + "; each line must be a JSON object with the text in that field; name another with --field, or "
                + "remove the line");
    }
}
