package inkhorn.data.prepare;

import inkhorn.data.ByteProgress;
import inkhorn.data.DataException;
import inkhorn.data.TokenFile;
import inkhorn.data.source.Corpus;
import inkhorn.data.source.SourceReader;
import inkhorn.data.source.TextSource;
import inkhorn.data.tokenizer.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A text as ids in memory, for what reads it once; nothing is written. Of several documents each ends with the
 * tokenizer's end-of-text token, where it has one.
 *
 * @param tokens the ids
 * @param bytes of the text in UTF-8
 */
public record EncodedText(TokenFile tokens, long bytes) {

    /** @throws DataException if a source cannot be read or encoded, or there is no text in any */
    public static EncodedText of(Corpus corpus, Tokenizer tokenizer, ByteProgress progress) {
        List<int[]> documents = new ArrayList<>();
        long bytes = 0;
        progress.started("encoding " + corpus.source());
        for (TextSource source : corpus.texts()) {
            try (SourceReader reader = new SourceReader(source, PreparationSpec.TEXT_FIELD, false)) {
                while (reader.next()) {
                    String text = document(reader, progress);
                    if (!text.isEmpty()) {
                        documents.add(encoded(tokenizer, text, source));
                        bytes += text.getBytes(StandardCharsets.UTF_8).length;
                    }
                }
            }
        }
        if (documents.isEmpty()) {
            throw new DataException(corpus.source() + ": the text is empty; give a UTF-8 text with characters in it");
        }
        IntStream end = documents.size() > 1 ? tokenizer.endOfText().stream() : IntStream.empty();
        int[] separator = end.toArray();
        int[] ids = documents.stream().flatMapToInt(document -> IntStream.concat(IntStream.of(document),
                IntStream.of(separator))).toArray();
        return new EncodedText(TokenFile.of(ids), bytes);
    }

    private static String document(SourceReader reader, ByteProgress progress) {
        StringBuilder text = new StringBuilder();
        char[] buffer = new char[1 << 16];
        for (int n; (n = reader.read(buffer, 0, buffer.length)) >= 0; ) {
            text.append(buffer, 0, n);
            progress.working();
        }
        return text.toString();
    }

    private static int[] encoded(Tokenizer tokenizer, String text, TextSource source) {
        try {
            return tokenizer.encode(text);
        } catch (DataException e) {
            throw new DataException(source.location() + ": " + e.getMessage(), e);
        }
    }
}
