package inkhorn.data;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Makes tokenizers by name and reads saved ones. */
public final class Tokenizers {
    private Tokenizers() {}

    /**
     * @param name as in {@code data.tokenizer}
     * @param text the whole text that is to be encoded
     * @throws DataException if there is no tokenizer of that name
     */
    public static Tokenizer create(String name, String text) {
        requireKnown(name);
        return CharTokenizer.fromText(text);
    }

    static void requireKnown(String name) {
        if (!CharTokenizer.NAME.equals(name)) {
            throw new DataException("data.tokenizer: unknown tokenizer '" + name + "'; allowed: char");
        }
    }

    /**
     * Reads any tokenizer that {@link Tokenizer#save} wrote.
     *
     * @throws DataException if the file is missing, damaged, of an unknown format or of a later version
     */
    public static Tokenizer load(Path file) {
        JsonNode root = read(file);
        String format = root.path("format").asText("");
        if (!format.equals(CharTokenizer.FORMAT)) {
            throw new DataException(file + ": " + (format.isEmpty() ? "no \"format\" in it" : "unknown tokenizer format \"" + format + "\"")
                    + "; known: " + CharTokenizer.FORMAT + "; take the tokenizer.json that lies beside the checkpoint");
        }
        JsonNode version = root.path("version");
        if (!version.isInt() || version.intValue() < 1) {
            throw new DataException(file + ": \"version\" is " + (version.isMissingNode() ? "missing" : version)
                    + ", expected 1; the file is damaged, copy it again");
        }
        if (version.intValue() > CharTokenizer.VERSION) {
            throw new DataException(file + ": " + format + " version " + version + ", but this program reads versions up to "
                    + CharTokenizer.VERSION + "; use a newer Inkhorn");
        }
        try {
            return CharTokenizer.fromJson(root);
        } catch (DataException e) {
            throw new DataException(file + ": " + e.getMessage() + "; the file is damaged, copy it again", e);
        }
    }

    private static JsonNode read(Path file) {
        try {
            JsonNode root = Json.MAPPER.readTree(Files.readAllBytes(file));
            if (!root.isObject()) {
                throw new DataException(file + ": expected a JSON object with a \"format\"; the file is damaged, copy it again");
            }
            return root;
        } catch (JacksonException e) {
            int line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
            throw new DataException(file + ": not valid JSON (line " + line + "); the file is damaged, copy it again", e);
        } catch (IOException e) {
            throw new DataException(file + ": the tokenizer cannot be read (" + AtomicFiles.reason(e)
                    + "); give the path of a saved tokenizer.json", e);
        }
    }
}
