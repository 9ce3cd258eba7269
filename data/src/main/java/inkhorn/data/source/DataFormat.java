package inkhorn.data.source;

import java.util.List;
import java.util.Locale;

/** What the sources hold. */
public enum DataFormat {
    /** Texts; of JSON lines, each has one in a field. */
    TEXT(List.of()),
    /** JSON lines of a prompt and its completion, of which the completion is learned. */
    INSTRUCTIONS(List.of("*.jsonl", "*.ndjson", "*.jsonl.gz", "*.ndjson.gz"));

    /** The fields of a line of instructions, as in OpenAI's fine-tuning files and TRL's prompt-completion data. */
    public static final List<String> PROMPT_AND_COMPLETION = List.of("prompt", "completion");

    private final List<String> globs;

    DataFormat(List<String> globs) {
        this.globs = globs;
    }

    /** Its name in configs and options. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What to take from directories; empty: the usual endings of texts. */
    public List<String> globs() {
        return globs;
    }
}
