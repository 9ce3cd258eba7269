package inkhorn.data.tokenizer;

import inkhorn.data.DataException;

/**
 * Which tokenizer: what {@link Tokenizers#create} needs beside the text.
 *
 * @param name      one of {@link Tokenizers#NAMES}, or the path of a saved tokenizer, ending in {@code .json}
 * @param vocabSize tokens wanted of a vocabulary that is made from the text, special tokens included; 0: the tokenizer's default.
 *                  A tokenizer whose vocabulary is given, or is whatever the text has, takes 0 only
 */
public record TokenizerSpec(String name, int vocabSize) {
    /** @throws DataException if there is no tokenizer of that name, or it cannot have so many tokens */
    public TokenizerSpec {
        Tokenizers.requireKnown(name);
        Tokenizers.requireVocabSize(name, vocabSize);
    }

    public static TokenizerSpec of(String name) {
        return new TokenizerSpec(name, 0);
    }

    /** A file instead of a name. */
    public boolean isFile() {
        return Tokenizers.isFile(name);
    }

    /** Whether the vocabulary depends on the text, so that the text is read once before it can be encoded. */
    public boolean learnsFromText() {
        return Tokenizers.learnsFromText(name);
    }
}
