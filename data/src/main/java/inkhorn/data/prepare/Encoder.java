package inkhorn.data.prepare;

import inkhorn.data.ByteProgress;
import inkhorn.data.DataException;
import inkhorn.data.IdWidth;
import inkhorn.data.OrderedWork;
import inkhorn.data.TokenFileWriter;
import inkhorn.data.files.FileTrace;
import inkhorn.data.files.Hashes;
import inkhorn.data.tokenizer.Tokenizer;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;

/**
 * Encodes chunks on several threads and writes the ids in the chunks' order, so the files do not depend on the threads.
 * As many chunks are in memory as keep the threads busy.
 */
final class Encoder implements Closeable {
    /** Characters of a task: small documents are encoded together. */
    private static final int TASK = 1 << 18;

    private final Tokenizer tokenizer;
    private final OptionalInt endOfText;
    private final int threads;
    private final Part train;
    private final Part val;

    /** @param separated whether each document ends with the tokenizer's end-of-text token, where it has one */
    Encoder(Tokenizer tokenizer, boolean separated, IdWidth width, Path train, Path val, int threads)
            throws IOException {
        this.tokenizer = tokenizer;
        this.threads = threads;
        endOfText = separated ? tokenizer.endOfText() : OptionalInt.empty();
        this.train = new Part(train, width);
        this.val = new Part(val, width);
    }

    private record Encoded(boolean validation, int[] ids, long characters, long bytes, boolean endsDocument) {}

    void encode(Chunks chunks) throws IOException {
        try (OrderedWork<List<Chunks.Chunk>, List<Encoded>, IOException> work = new OrderedWork<>(
                "inkhorn-encode", threads, task -> task.stream().map(this::encoded).toList(), this::write)) {
            OrderedWork.inTasks(work, chunks, chunk -> chunk.text().length(), TASK);
        }
    }

    private void write(List<Encoded> task) throws IOException {
        for (Encoded encoded : task) {
            (encoded.validation() ? val : train).add(encoded, endOfText);
        }
    }

    private Encoded encoded(Chunks.Chunk chunk) {
        String text = chunk.text();
        try {
            return new Encoded(chunk.validation(), tokenizer.encode(text), text.codePointCount(0, text.length()),
                    text.getBytes(StandardCharsets.UTF_8).length, chunk.endsDocument());
        } catch (DataException e) {
            throw new DataException(chunk.location() + ": " + e.getMessage(), e);
        }
    }

    /** Syncs the file of a split and says what is in it. */
    DataManifest.Split finish(boolean validation, ByteProgress progress) throws IOException {
        return (validation ? val : train).finish(progress);
    }

    @Override
    public void close() throws IOException {
        try (val.out) {
            train.out.close();
        }
    }

    private static final class Part {
        private final Path file;
        private final TokenFileWriter out;
        private long documents;
        private long characters;
        private long bytes;

        Part(Path file, IdWidth width) throws IOException {
            this.file = file;
            out = new TokenFileWriter(file, width);
        }

        void add(Encoded encoded, OptionalInt endOfText) throws IOException {
            out.append(encoded.ids());
            characters += encoded.characters();
            bytes += encoded.bytes();
            if (encoded.endsDocument()) {
                documents++;
                if (endOfText.isPresent()) {
                    out.append(new int[] {endOfText.getAsInt()});
                }
            }
        }

        DataManifest.Split finish(ByteProgress progress) throws IOException {
            out.finish();
            FileTrace.wrote(file);
            return new DataManifest.Split(documents, characters, bytes, out.length(),
                    Hashes.sha256(file, progress::working));
        }
    }
}
