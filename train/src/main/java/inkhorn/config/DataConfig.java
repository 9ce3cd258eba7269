package inkhorn.config;

import inkhorn.data.ByteProgress;
import inkhorn.data.DataException;
import inkhorn.data.prepare.PreparationSpec;
import inkhorn.data.source.Corpus;
import inkhorn.data.source.DataFormat;
import inkhorn.data.source.DataSets;
import inkhorn.data.tokenizer.TokenizerSpec;
import inkhorn.nn.config.Check;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Section {@code data}: the text and how it is cut into tokens.
 *
 * @param dataset     name of a data set, a directory under {@code data/sets/}
 * @param path        a text file, or a directory of them, to use instead; null if none is given
 * @param dir         prepared data to use instead; null if none are given
 * @param format      what the sources hold; null only with {@code dir}, which knows it
 * @param tokenizer   a name or the path of a {@code tokenizer.json}; null only with {@code dir}, which has its own
 * @param vocabSize   tokens of a vocabulary that is learned from the text; null for the tokenizer's default
 * @param valFraction share kept for validation; null only with {@code dir}, which is split already
 */
public record DataConfig(String dataset, String path, String dir, DataFormat format, String tokenizer,
        Integer vocabSize, Double valFraction) {
    /** The dotted key of {@link #tokenizer}. */
    public static final String TOKENIZER = "data.tokenizer";

    private static final String DEFAULT_TOKENIZER = "char";
    private static final double DEFAULT_VAL_FRACTION = 0.1;

    public DataConfig {
        format = format == null && dir == null ? DataFormat.TEXT : format;
        tokenizer = tokenizer == null && dir == null ? DEFAULT_TOKENIZER : tokenizer;
        valFraction = valFraction == null && dir == null ? (Double) DEFAULT_VAL_FRACTION : valFraction;
        String name = tokenizer;
        Optional<String> wrongName = complaint(name, 0);
        Optional<String> wrongSize = wrongName.isPresent() || vocabSize == null ? Optional.empty()
                : vocabSize < 1 ? Optional.of("found " + vocabSize + ", expected a whole number >= 1")
                : complaint(name, vocabSize);
        new Check("data")
                .that(dataset != null && DataSets.isName(dataset), "dataset", "found " + Scalar.quote(dataset)
                        + ", expected the name of a data set: letters, digits, '-', '_', '.'; for a file of your own"
                        + " set data.path")
                .that(path == null || !path.isBlank(), "path",
                "found \"\", expected a text file or a directory of them")
                .that(dir == null || !dir.isBlank(), "dir", "found \"\", expected a directory of prepared data")
                .that(path == null || dir == null, "dir", "found " + Scalar.quote(dir) + " beside data.path "
                + Scalar.quote(path)
                        + ", expected one of them; --data.path= takes the path away", "path")
                .that(format != DataFormat.INSTRUCTIONS || path != null || dir != null, "format",
                        "found instructions without data.path, expected the path of a .jsonl file or of a directory of"
                        + " them beside it")
                .that(wrongName.isEmpty(), "tokenizer", wrongName.orElse(""))
                .that(wrongSize.isEmpty(), "vocab_size", wrongSize.orElse(""))
                .that(valFraction == null || valFraction > 0 && valFraction < 1, "val_fraction",
                        "found " + valFraction + ", expected a number > 0 and < 1")
                .done();
    }

    public static DataConfig defaults() {
        return new DataConfig("tiny-shakespeare", null, null, null, null, null, null);
    }

    /** The tokenizer asked for; empty where that of {@code dir} is to be used, whatever it is. */
    public Optional<TokenizerSpec> tokenizerSpec() {
        return Optional.ofNullable(tokenizer).map(name -> new TokenizerSpec(name, vocabSize == null ? 0 : vocabSize));
    }

    /**
     * How the sources are prepared; not for {@code dir}.
     *
     * @param threads that encode
     */
    public PreparationSpec preparation(int threads) {
        return PreparationSpec.of(tokenizerSpec().orElseThrow(), valFraction, threads).withFormat(format);
    }

    /**
     * Where the sources are; not for {@code dir}.
     *
     * @throws DataException if there are none, or they cannot be read
     */
    public Corpus corpus(Path dataSets, ByteProgress progress) {
        return new DataSets(dataSets).resolve(dataset, path == null ? null : Path.of(path), format, progress);
    }

    /** What the tokenizers say of it, without the key that they put in front. */
    private static Optional<String> complaint(String tokenizer, int vocabSize) {
        if (tokenizer == null) {
            return Optional.empty();
        }
        try {
            new TokenizerSpec(tokenizer, vocabSize);
            return Optional.empty();
        } catch (DataException e) {
            return Optional.of(e.getMessage().replaceFirst("^data\\.\\w+: ", ""));
        }
    }
}
