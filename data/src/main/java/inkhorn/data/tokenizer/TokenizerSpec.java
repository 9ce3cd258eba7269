package inkhorn.data.tokenizer;

import inkhorn.data.DataException;
import java.util.Optional;

/**
 * Which tokenizer: what {@link Tokenizers#create} needs beside the text.
 *
 * @param name one of {@link Tokenizers#NAMES}, or the path of a saved tokenizer, ending in {@code .json}
 * @param vocabSize tokens wanted of a vocabulary that is made from the text, special tokens included; 0: the
 *     tokenizer's usual size. A tokenizer whose vocabulary is given, or is whatever the text has, takes 0 only
 */
public record TokenizerSpec(String name, int vocabSize) {
    /** @throws DataException if there is no tokenizer of that name, or it cannot have so many tokens */
    public TokenizerSpec {
        Optional<TokenizerKind> kind = Tokenizers.kind(name);
        if (kind.isPresent()) {
            kind.get().requireVocabSize(vocabSize);
        } else if (!name.endsWith(".json")) {
            throw new DataException("data.tokenizer: unknown tokenizer '" + name + "'; allowed: "
                    + String.join(", ", Tokenizers.NAMES) + ", or the path of a tokenizer.json");
        } else if (vocabSize != 0) {
            throw new DataException("data.vocab_size: found " + vocabSize + ", but the vocabulary of the tokenizer "
                    + name + " cannot be chosen; leave it out");
        }
    }

    public static TokenizerSpec of(String name) {
        return new TokenizerSpec(name, 0);
    }

    /** Empty where a file is named, which says itself of which kind it is. */
    public Optional<TokenizerKind> kind() {
        return Tokenizers.kind(name);
    }

    /** Whether the name is the path of a file. */
    public boolean isFile() {
        return kind().isEmpty();
    }

    /** The part of the text that is read once before it can be encoded, as the vocabulary depends on it. */
    public TokenizerKind.Learning learning() {
        return kind().map(TokenizerKind::learning).orElse(TokenizerKind.Learning.NOTHING);
    }

    /** Whether the vocabulary depends on the text. */
    public boolean learnsFromText() {
        return learning() != TokenizerKind.Learning.NOTHING;
    }

    /** Tokens that are to be learned; 0 where the size cannot be chosen. */
    public int wantedVocabSize() {
        return vocabSize != 0 ? vocabSize : kind().map(TokenizerKind::usualVocabSize).orElse(0);
    }
}
