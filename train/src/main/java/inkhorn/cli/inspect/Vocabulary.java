package inkhorn.cli.inspect;

import inkhorn.config.DataConfig;
import inkhorn.data.ByteProgress;
import inkhorn.data.prepare.DataManifest;
import inkhorn.data.prepare.Preparation;
import inkhorn.data.prepare.PreparationSpec;
import inkhorn.data.prepare.PreparedData;
import inkhorn.data.source.Corpus;
import inkhorn.data.source.DataSets;
import inkhorn.data.tokenizer.TokenizerSpec;
import inkhorn.data.tokenizer.Tokenizers;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The size of a model's vocabulary, and the source of this number before a training.
 *
 * @param size   tokens
 * @param source for people
 * @param isAssumed whether training may find another size
 */
record Vocabulary(int size, String source, boolean isAssumed) {

    /** Of the published text. */
    private static final int CHARACTERS_OF_TINY_SHAKESPEARE = 65;

    /**
     * What training with a config would have, as far as that is known here: nothing is downloaded and nothing is
     * written.
     *
     * @param dataSets {@code data/sets}
     * @throws inkhorn.data.DataException if the config names data or a tokenizer that do not exist
     */
    static Vocabulary of(DataConfig data, Path dataSets) {
        if (data.dir() != null) {
            DataManifest manifest = PreparedData.manifest(Path.of(data.dir()));
            return known(manifest.vocabSize(), "tokenizer " + manifest.tokenizer() + " of the prepared data in "
                    + data.dir());
        }
        TokenizerSpec tokenizer = data.tokenizerSpec().orElseThrow();
        if (!tokenizer.learnsFromText()) {
            return known(Tokenizers.create(tokenizer.name(), "").vocabSize(), "tokenizer " + tokenizer.name());
        }
        boolean hasChosenSize = tokenizer.kind().orElseThrow().hasChosenSize();
        return hasChosenSize ? learned(tokenizer) : ofText(data, dataSets);
    }

    static Vocabulary known(int size, String source) {
        return new Vocabulary(size, source, false);
    }

    private static Vocabulary learned(TokenizerSpec tokenizer) {
        return new Vocabulary(tokenizer.wantedVocabSize(), "the most that the tokenizer " + tokenizer.name()
                + " is to learn; a short text gives fewer", true);
    }

    private static Vocabulary ofText(DataConfig data, Path dataSets) {
        boolean isHere = data.path() != null || Files.exists(dataSets.resolve(data.dataset()).resolve(DataSets.INPUT));
        if (!isHere && data.dataset().equals(DataSets.TINY_SHAKESPEARE)) {
            return new Vocabulary(CHARACTERS_OF_TINY_SHAKESPEARE,
                    "the characters of the published tiny-shakespeare, which is not here yet", true);
        }
        Corpus corpus = data.corpus(dataSets, ByteProgress.NONE);
        PreparationSpec spec = data.preparation(Runtime.getRuntime().availableProcessors());
        return known(Preparation.tokenizer(corpus, spec).vocabSize(), "the characters of " + corpus.source());
    }
}
