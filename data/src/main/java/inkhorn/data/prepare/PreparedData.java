package inkhorn.data.prepare;

import inkhorn.data.ByteProgress;
import inkhorn.data.DataException;
import inkhorn.data.DataSplit;
import inkhorn.data.Examples;
import inkhorn.data.TokenFile;
import inkhorn.data.source.DataFormat;
import inkhorn.data.tokenizer.Tokenizer;
import inkhorn.data.tokenizer.TokenizerSpec;
import inkhorn.data.tokenizer.Tokenizers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A text as ids, ready to train on.
 *
 * @param tokenizer what made the ids
 * @param train the first part of the text
 * @param val the rest
 * @param lengths of instructions, where prompts and completions begin and end; empty for texts
 * @param manifest counts and hashes
 * @param directory where the files lie
 * @param reused whether they were there already
 * @param warnings one line each, to be shown to the user, those of the corpus first
 */
public record PreparedData(Tokenizer tokenizer, TokenFile train, TokenFile val, Optional<Lengths> lengths,
        DataManifest manifest, Path directory, boolean reused, List<String> warnings) {
    /**
     * Two numbers for each example: tokens of its prompt and of its completion.
     *
     * @param train of the training part
     * @param val   of the validation part
     */
    public record Lengths(TokenFile train, TokenFile val) {
    }

    public PreparedData {
        warnings = List.copyOf(warnings);
    }

    /**
     * Data prepared earlier, into a directory of the user's choice.
     *
     * @throws DataException if there are none, or they are damaged, unfinished or of another version
     */
    public static PreparedData open(Path directory) {
        return open(directory, ByteProgress.NONE);
    }

    /**
     * As {@link #open(Path)}; {@code progress} is called while the files are compared with their hashes, and may end
     * it.
     */
    public static PreparedData open(Path directory, ByteProgress progress) {
        return new PreparedDirectory(directory).open(true, List.of(), progress);
    }

    /** Whether a directory looks like prepared data; {@link #open(Path)} says whether it is. */
    public static boolean isIn(Path directory) {
        return Files.exists(directory.resolve(PreparedDirectory.MANIFEST));
    }

    /**
     * What data prepared earlier say of themselves; their hashes are not compared.
     *
     * @throws DataException if there are none, or the manifest is damaged or of another version
     */
    public static DataManifest manifest(Path directory) {
        return new PreparedDirectory(directory).manifest();
    }

    /**
     * A loss on the validation split in bits for each byte of its text, which compares between tokenizers as a loss for
     * each token does not: {@code loss · tokens / (bytes · ln 2)}, with the tokens and UTF-8 bytes of the whole split.
     *
     * @param loss mean cross-entropy in nats a token
     */
    public double bitsPerByte(double loss) {
        return loss * tokensPerByte(true) / Math.log(2);
    }

    /** What a prediction's share of a byte follows from: of instructions, the completions' tokens and bytes. */
    public double tokensPerByte(boolean validation) {
        if (manifest.hasExamples()) {
            return manifest.examples().get(validation ? DataManifest.VAL : DataManifest.TRAIN).tokensPerByte();
        }
        return (validation ? manifest.val() : manifest.train()).tokensPerByte();
    }

    /** The training part as batches. */
    public DataSplit trainSplit() {
        return lengths.<DataSplit>map(of -> new Examples(train, of.train())).orElse(train);
    }

    /** The validation part as batches. */
    public DataSplit valSplit() {
        return lengths.<DataSplit>map(of -> new Examples(val, of.val())).orElse(val);
    }

    /**
     * T, tokens of a row of the batches.
     *
     * @param blockSize of the model
     */
    public int rowSize(int blockSize) {
        return lengths.map(of -> Math.max(new Examples(train, of.train()).fit(blockSize).rowSize(),
                new Examples(val, of.val()).fit(blockSize).rowSize())).orElse(blockSize);
    }

    /** The first prompt of the validation part, to be written on from; empty for texts. */
    public Optional<int[]> prompt(int blockSize) {
        return lengths.map(of -> new Examples(val, of.val()))
                .map(examples -> examples.prompt(examples.fit(blockSize).used()[0]));
    }

    /** A line for people where examples do not fit into a model's context; empty for texts. */
    public Optional<String> cut(int blockSize) {
        if (lengths.isEmpty()) {
            return Optional.empty();
        }
        Examples.Fit first = new Examples(train, lengths.get().train()).fit(blockSize);
        Examples.Fit second = new Examples(val, lengths.get().val()).fit(blockSize);
        return Examples.cut(manifest.documents(), first.cut() + second.cut(), first.leftOut() + second.leftOut(),
                blockSize);
    }

    /**
     * Whether these data are what a config asks for beside naming them.
     *
     * @param tokenizer empty: any
     * @param valFraction null: any
     * @throws DataException naming what the data have and what is asked for
     */
    public void requireMadeWith(Optional<TokenizerSpec> tokenizer, Double valFraction) {
        tokenizer.ifPresent(this::requireTokenizer);
        if (valFraction != null && valFraction != manifest.recipe().valFraction()) {
            throw new DataException("data.dir: " + directory + " was split with a val_fraction of "
                    + manifest.recipe().valFraction()
                    + ", but data.val_fraction is " + valFraction + "; leave that key out, or prepare the data again");
        }
    }

    /** @throws DataException naming both where the data are of another format */
    public void requireFormat(DataFormat asked) {
        DataFormat own = lengths.isPresent() ? DataFormat.INSTRUCTIONS : DataFormat.TEXT;
        if (asked != own) {
            throw new DataException("data.dir: " + directory + " was prepared as " + own.word()
                    + ", but data.format is " + asked.word() + "; leave that key out, or prepare the data again");
        }
    }

    private void requireTokenizer(TokenizerSpec spec) {
        boolean same = spec.isFile() ? Tokenizers.load(Path.of(spec.name())).hash().equals(tokenizer.hash())
                : spec.name().equals(tokenizer.name())
                && (spec.vocabSize() == 0 || spec.vocabSize() == tokenizer.vocabSize());
        if (!same) {
            throw new DataException("data.dir: " + directory + " was prepared with the tokenizer " + tokenizer.name()
                    + " of " + tokenizer.vocabSize() + " tokens, but data.tokenizer is " + spec.name()
                    + (spec.vocabSize() == 0 ? "" : " of " + spec.vocabSize())
                    + "; leave that key out, or prepare the data again with it");
        }
    }

    /**
     * Whether there is something to train and to validate on.
     *
     * @throws DataException where a split has no window of {@code blockSize} tokens and the one that follows, or no
     *     example of which a part of the completion fits
     */
    public void requireWindows(int blockSize) {
        if (lengths.isPresent()) {
            trainSplit().inOrder(1, blockSize);
            valSplit().inOrder(1, blockSize);
            return;
        }
        requireWindow("training", train, blockSize);
        requireWindow("validation", val, blockSize);
    }

    private void requireWindow(String split, TokenFile tokens, int blockSize) {
        if (tokens.length() <= blockSize) {
            throw new DataException(manifest.source() + ": the " + split + " split has " + tokens.length()
                    + " tokens (data.val_fraction " + manifest.recipe().valFraction() + "), but model.block_size "
                    + blockSize + " needs at least " + (blockSize + 1L)
                    + "; use a longer text, a smaller model.block_size, or another data.val_fraction");
        }
    }
}
