package inkhorn.config;

import inkhorn.data.DataSets;
import java.util.List;

/**
 * Section {@code data}: the text and how it is cut into tokens.
 *
 * @param dataset     name of a data set, a directory under {@code data/sets/}
 * @param path        a text file to use instead; null if none is given
 * @param tokenizer   one of {@link #TOKENIZERS}
 * @param valFraction share of the text, at its end, kept for validation
 */
public record DataConfig(String dataset, String path, String tokenizer, double valFraction) {

    /** The tokenizers a config may name. */
    public static final List<String> TOKENIZERS = List.of("char");

    public DataConfig {
        new Check("data")
                .that(dataset != null && DataSets.isName(dataset), "dataset", "found " + Scalar.quote(dataset)
                        + ", expected the name of a data set: letters, digits, '-', '_', '.'; for a file of your own set data.path")
                .that(path == null || !path.isBlank(), "path", "found \"\", expected a text file")
                .that(TOKENIZERS.contains(tokenizer), "tokenizer",
                        "found " + Scalar.quote(tokenizer) + ", expected " + Scalar.oneOf(TOKENIZERS))
                .that(valFraction > 0 && valFraction < 1, "val_fraction",
                        "found " + valFraction + ", expected a number > 0 and < 1")
                .done();
    }

    public static DataConfig defaults() {
        return new DataConfig("tiny-shakespeare", null, "char", 0.1);
    }
}
