package inkhorn.data.prepare;

import inkhorn.data.ByteProgress;
import inkhorn.data.DataException;
import inkhorn.data.Examples;
import inkhorn.data.TokenFile;
import inkhorn.data.source.Corpus;
import inkhorn.data.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Instructions as ids in memory, for what reads them once; nothing is written.
 *
 * @param examples      all of them, in order
 * @param tokensPerByte of the completions
 */
public record EncodedInstructions(Examples examples, double tokensPerByte) {

    /** @throws DataException if a source cannot be read or encoded, or there is no example in any */
    public static EncodedInstructions of(Corpus corpus, Tokenizer tokenizer, ByteProgress progress) {
        List<EncodedExample> encoded = new ArrayList<>();
        progress.started("encoding " + corpus.source());
        try (Instructions pairs = new Instructions(corpus, false, number -> false, progress)) {
            pairs.forEachRemaining(pair -> encoded.add(EncodedExample.of(tokenizer, pair)));
        }
        if (encoded.isEmpty()) {
            throw new DataException(corpus.source() + ": found no example, expected JSON lines of a prompt and its "
                    + "completion");
        }
        int[] ids = encoded.stream().flatMapToInt(example -> IntStream.of(example.ids())).toArray();
        int[] lengths = encoded.stream().flatMapToInt(example ->
                IntStream.of(example.promptTokens(), example.completionTokens())).toArray();
        long tokens = encoded.stream().mapToLong(EncodedExample::completionTokens).sum();
        long bytes = encoded.stream().mapToLong(EncodedExample::completionBytes).sum();
        return new EncodedInstructions(new Examples(TokenFile.of(ids), TokenFile.of(lengths)),
                (double) tokens / bytes);
    }
}
