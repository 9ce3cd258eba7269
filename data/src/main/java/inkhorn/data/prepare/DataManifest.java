package inkhorn.data.prepare;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import inkhorn.data.IdWidth;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What lies in a directory of prepared data, as {@code manifest.json}. It is enough to tell whether the files are whole
 * and what they were made from.
 *
 * @param format always {@link #FORMAT}
 * @param version of this layout
 * @param dataset name of the data set
 * @param source where it came from, for people
 * @param sources each text, in the order of encoding
 * @param documents that are not empty; of one, the last characters are for validation, of several, whole documents
 * @param replaced invalid UTF-8 sequences replaced
 * @param recipe what was asked for
 * @param tokenizer its name
 * @param tokenizerSha256 of {@code tokenizer.json}
 * @param vocabSize tokens
 * @param idBits width of the ids in both token files
 * @param train {@code train.bin}
 * @param val {@code val.bin}
 * @param examples of instructions, by the name of the part, {@value #TRAIN} and {@value #VAL}; empty for texts
 */
public record DataManifest(String format, int version, String dataset, String source, List<Source> sources,
        long documents, long replaced, Recipe recipe, String tokenizer, String tokenizerSha256,
        @JsonProperty("vocabulary_size") int vocabSize, IdWidth idBits, Split train, Split val,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, Completions> examples) {
    static final String FORMAT = "inkhorn-prepared";
    static final int VERSION = 2;
    /** Of instructions, which a program that knows version 2 alone would learn as a text. */
    static final int INSTRUCTIONS_VERSION = 3;
    public static final String TRAIN = "train";
    public static final String VAL = "val";

    public DataManifest {
        sources = List.copyOf(sources);
        examples = Collections.unmodifiableMap(new TreeMap<>(examples));    // in one order always
        // One document is cut by position and has text in both parts; manifests written before this was so count it
        // where it ends.
        train = documents == 1 ? train.withDocuments(1) : train;
        val = documents == 1 ? val.withDocuments(1) : val;
    }

    /**
     * One input.
     *
     * @param name inside the directory that was given, or the file's name
     * @param bytes as it lies there
     * @param sha256 of those bytes
     * @param replaced invalid sequences in it
     */
    public record Source(String name, long bytes, String sha256, long replaced) {}

    /**
     * What determines the files beside the sources.
     *
     * @param tokenizer the name asked for, or {@code file:} and the SHA-256 of the tokenizer in the file
     * @param vocabSize tokens asked for; 0: the tokenizer's default
     * @param valFraction share for validation
     * @param splitSeed of the draws that choose documents
     * @param normalizeNewlines whether CR LF and CR became LF
     * @param field of JSON lines
     */
    public record Recipe(String tokenizer, int vocabSize, double valFraction, long splitSeed, boolean normalizeNewlines,
            String field) {}

    /**
     * The completions of a part.
     *
     * @param completionTokens ids that are learned, those that end examples included
     * @param completionBytes  of their text in UTF-8
     * @param sha256           of the file with the lengths
     */
    public record Completions(long completionTokens, long completionBytes, String sha256) {
        /** As {@link Split#tokensPerByte}. */
        public double tokensPerByte() {
            return (double) completionTokens / completionBytes;
        }
    }

    /** Whether these are prompts with completions. */
    public boolean hasExamples() {
        return !examples.isEmpty();
    }

    /**
     * @param documents with text in this part; a single one, which is cut by position, counts in both
     * @param characters code points of its text
     * @param bytes of its text in UTF-8
     * @param tokens ids in the file, those that end documents included
     * @param sha256 of the file
     */
    public record Split(long documents, long characters, long bytes, long tokens, String sha256) {
        private Split withDocuments(long number) {
            return new Split(number, characters, bytes, tokens, sha256);
        }

        /** Tokens for each byte of text: a loss in nats a token, times this, divided by ln 2, is in bits a byte. */
        public double tokensPerByte() {
            return (double) tokens / bytes;
        }
    }
}
