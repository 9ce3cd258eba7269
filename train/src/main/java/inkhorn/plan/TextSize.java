package inkhorn.plan;

import inkhorn.config.DataConfig;
import inkhorn.data.ByteProgress;
import inkhorn.data.prepare.DataManifest;
import inkhorn.data.prepare.PreparationSpec;
import inkhorn.data.prepare.PreparedData;
import inkhorn.data.source.Corpus;
import inkhorn.data.source.DataSets;
import inkhorn.data.source.SourceReader;
import inkhorn.data.source.TextSource;
import inkhorn.data.tokenizer.Tokenizer;
import inkhorn.data.tokenizer.TokenizerSpec;
import inkhorn.data.tokenizer.Tokenizers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The length of a text in tokens, before it is prepared.
 *
 * @param train       tokens to learn from
 * @param val         tokens of the validation split
 * @param tokensPerCharacter of the text
 * @param learned     tokens of a vocabulary that is learned from the text; 0 where it is not, or is not known
 * @param source      how it is known, for people
 * @param isEstimated whether the prepared text may have another length
 */
public record TextSize(long train, long val, double tokensPerCharacter, int learned, String source,
                       boolean isEstimated) {

    /** Of the published text. */
    private static final long CHARACTERS_OF_TINY_SHAKESPEARE = 1_115_394;

    /** What is read to count its tokens; of a longer text the rest is estimated. */
    private static final int MOST_CHARACTERS = 2_000_000;

    /**
     * The text of a config. Nothing is downloaded and nothing is written.
     *
     * @param dataSets {@code data/sets}
     * @throws inkhorn.data.DataException if the text or the tokenizer does not exist
     */
    public static TextSize of(DataConfig data, Path dataSets, int threads) {
        if (data.dir() != null) {
            DataManifest made = PreparedData.manifest(Path.of(data.dir()));
            return new TextSize(made.train().tokens(), made.val().tokens(),
                    (double) made.train().tokens() / made.train().characters(), 0, "the prepared data in " + data.dir(),
                    false);
        }
        boolean isHere = data.path() != null || Files.exists(dataSets.resolve(data.dataset()).resolve(DataSets.INPUT));
        if (!isHere && data.dataset().equals(DataSets.TINY_SHAKESPEARE)) {
            double ratio = ratioOfUnseen(data);
            return split(CHARACTERS_OF_TINY_SHAKESPEARE * ratio, data.valFraction(), ratio, 0,
                    "the published tiny-shakespeare, which is not here yet", true);
        }
        Corpus corpus = new DataSets(dataSets).resolve(data.dataset(),
                data.path() == null ? null : Path.of(data.path()), ByteProgress.NONE);
        return ofCorpus(corpus, data, threads);
    }

    private static TextSize ofCorpus(Corpus corpus, DataConfig data, int threads) {
        StringBuilder text = new StringBuilder();
        long bytesRead = 0;
        for (TextSource source : corpus.texts()) {
            if (text.length() >= MOST_CHARACTERS) {
                break;
            }
            bytesRead += read(source, text);
        }
        boolean isWhole = text.length() < MOST_CHARACTERS;
        String read = text.toString();
        TokenizerSpec spec = data.tokenizerSpec().orElseThrow();
        // A learned tokenizer is learned from what was read, so of a longer text it is one much like its own.
        Tokenizer tokenizer = Tokenizers.create(spec, List.of(read), threads, ByteProgress.NONE);
        long tokens = tokenizer.encode(read).length;
        double ratio = (double) tokens / Math.max(1, read.codePointCount(0, read.length()));
        double factor = isWhole ? 1 : (double) corpus.bytes() / bytesRead;
        boolean isLearned = spec.learnsFromText() && isWhole;
        return split(tokens * factor, data.valFraction(), ratio, isLearned ? tokenizer.vocabSize() : 0,
                corpus.source() + (isWhole ? "" : ", estimated from its first two million characters"), !isWhole);
    }

    private static TextSize split(double tokens, double valFraction, double ratio, int learned, String source,
                                  boolean isEstimated) {
        long val = Math.round(tokens * valFraction);
        return new TextSize(Math.round(tokens) - val, val, ratio, learned, source, isEstimated);
    }

    /** A token of English is about four characters in a vocabulary of some thousands. */
    private static double ratioOfUnseen(DataConfig data) {
        return data.tokenizerSpec().orElseThrow().name().equals("char") ? 1 : 0.25;
    }

    /** @return bytes of the source that were read */
    private static long read(TextSource source, StringBuilder text) {
        char[] buffer = new char[1 << 16];
        try (SourceReader reader = new SourceReader(source, PreparationSpec.TEXT_FIELD, false)) {
            while (text.length() < MOST_CHARACTERS && reader.next()) {
                for (int n; text.length() < MOST_CHARACTERS && (n = reader.read(buffer, 0, buffer.length)) >= 0; ) {
                    text.append(buffer, 0, n);
                }
            }
            boolean isCut = text.length() > 0 && Character.isHighSurrogate(text.charAt(text.length() - 1));
            text.setLength(text.length() - (isCut ? 1 : 0));
            return reader.bytesRead();
        }
    }
}
