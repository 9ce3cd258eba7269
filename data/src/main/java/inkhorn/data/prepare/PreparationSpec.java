package inkhorn.data.prepare;

import inkhorn.data.DataException;
import inkhorn.data.source.DataFormat;
import inkhorn.data.tokenizer.TokenizerSpec;
import java.util.List;

/**
 * How a corpus is to be prepared. All but {@code threads} determines the files.
 *
 * @param tokenizer what makes the ids
 * @param valFraction share of the corpus for validation, above 0 and below 1; see {@link SplitRule}
 * @param seed decides which documents are for validation, where there are several
 * @param normalizeNewlines whether CR LF and CR become LF
 * @param field of a JSON line that holds the document
 * @param threads that encode; the files do not depend on it
 * @param format of the sources; instructions have two fields instead of {@code field}
 */
public record PreparationSpec(TokenizerSpec tokenizer, double valFraction, long seed, boolean normalizeNewlines,
        String field, int threads, DataFormat format) {
    /** The field of JSON lines that published data sets use. */
    public static final String TEXT_FIELD = "text";
    /** The seed of a training run too. */
    public static final long DEFAULT_SEED = 1337;

    /** @throws DataException if {@code valFraction} is out of range */
    public PreparationSpec {
        SplitRule.requireFraction(valFraction);
    }

    /** Of texts. */
    public PreparationSpec(TokenizerSpec tokenizer, double valFraction, long seed, boolean normalizeNewlines,
            String field, int threads) {
        this(tokenizer, valFraction, seed, normalizeNewlines, field, threads, DataFormat.TEXT);
    }

    /** The fields of a JSON line that are read. */
    List<String> fields() {
        return isOfInstructions() ? DataFormat.PROMPT_AND_COMPLETION : List.of(field);
    }

    boolean isOfInstructions() {
        return format == DataFormat.INSTRUCTIONS;
    }

    /** The same for sources of another format. */
    public PreparationSpec withFormat(DataFormat other) {
        return new PreparationSpec(tokenizer, valFraction, seed, normalizeNewlines, field, threads, other);
    }

    /** With the default seed and field, and line ends as they are. */
    public static PreparationSpec of(TokenizerSpec tokenizer, double valFraction, int threads) {
        return new PreparationSpec(tokenizer, valFraction, DEFAULT_SEED, false, TEXT_FIELD, threads);
    }
}
