package inkhorn.cli.data;

import inkhorn.cli.options.Arguments;
import inkhorn.config.UserError;
import inkhorn.data.ByteProgress;
import inkhorn.data.DataException;
import inkhorn.data.prepare.Preparation;
import inkhorn.data.prepare.PreparationSpec;
import inkhorn.data.source.Corpus;
import inkhorn.data.source.DataSets;
import inkhorn.data.tokenizer.Tokenizer;
import inkhorn.data.tokenizer.TokenizerSpec;
import inkhorn.data.tokenizer.Tokenizers;
import inkhorn.generate.TrainedModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * The tokenizers that a command line names. A tokenizer that has to learn a vocabulary learns it from the text that
 * training would use.
 */
final class TokenizerChoice {

    private final Path dataSets;
    private final Path corpusFile;
    private final int vocabSize;
    private Corpus corpus;

    /**
     * @param corpusFile text to learn from; null: tiny-shakespeare
     * @param vocabSize of what learns a vocabulary; 0: its default
     */
    TokenizerChoice(Path dataSets, Path corpusFile, int vocabSize) {
        this.dataSets = dataSets;
        this.corpusFile = corpusFile;
        this.vocabSize = vocabSize;
    }

    /**
     * What a tokenizer makes of a text.
     *
     * @param unknown tokens that stand for something the vocabulary does not have; where the tokenizer would refuse
     *     them, the characters
     */
    record Count(int tokens, int unknown) {
    }

    /** @throws UserError if it is neither a name nor the path of something with a tokenizer in it */
    Tokenizer of(String nameOrPath) {
        if (Tokenizers.NAMES.contains(nameOrPath)) {
            return named(nameOrPath);
        }
        Path path = Arguments.path("--tokenizer", nameOrPath);
        if (!Files.exists(path)) {
            throw new UserError("--tokenizer: found " + nameOrPath + ", expected one of "
                    + String.join(", ", Tokenizers.NAMES)
                    + ", or the path of a tokenizer.json, a run, a checkpoint or prepared data that exists");
        }
        return Files.isDirectory(path) ? Tokenizers.find(path).map(Tokenizers::load)
                .orElseGet(() -> TrainedModel.tokenizer(path)) : Tokenizers.load(path);
    }

    /** What was learned from, once something was. */
    Optional<String> source() {
        return Optional.ofNullable(corpus).map(Corpus::source);
    }

    private Tokenizer named(String name) {
        try {
            // A size given for the others is no size for this one: its own is what the text has.
            boolean hasChosenSize = TokenizerSpec.of(name).kind().orElseThrow().hasChosenSize();
            TokenizerSpec spec = new TokenizerSpec(name, hasChosenSize ? vocabSize : 0);
            int threads = Runtime.getRuntime().availableProcessors();
            return spec.learnsFromText() ? Preparation.tokenizer(corpus(), PreparationSpec.of(spec, 0.1, threads))
                    : Tokenizers.create(name, "");
        } catch (DataException e) {
            throw new UserError(e.getMessage().replace("data.vocab_size", "--vocab-size")
                    .replace("data.path", "--corpus"));
        }
    }

    private Corpus corpus() {
        if (corpus == null) {
            corpus = new DataSets(dataSets).resolve(corpusFile == null ? DataSets.TINY_SHAKESPEARE : null, corpusFile,
                    ByteProgress.NONE);
        }
        return corpus;
    }

    static Count count(Tokenizer tokenizer, String text) {
        try {
            int[] ids = tokenizer.encode(text);
            int unknown = tokenizer.unknown().orElse(-1);
            return new Count(ids.length, (int) Arrays.stream(ids).filter(id -> id == unknown).count());
        } catch (DataException e) {
            int unknown = (int) text.codePoints().filter(c -> !isKnown(tokenizer, c)).count();
            return new Count(text.codePointCount(0, text.length()), unknown);
        }
    }

    private static boolean isKnown(Tokenizer tokenizer, int character) {
        try {
            tokenizer.encode(Character.toString(character));
            return true;
        } catch (DataException e) {
            return false;
        }
    }
}
