package inkhorn.data.prepare;

import inkhorn.data.ByteProgress;
import inkhorn.data.IdWidth;
import inkhorn.data.OrderedWork;
import inkhorn.data.TokenFileWriter;
import inkhorn.data.files.FileTrace;
import inkhorn.data.files.Hashes;
import inkhorn.data.tokenizer.Tokenizer;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Encodes examples on several threads and writes ids and lengths in the examples' order, so the files do not depend on
 * the threads.
 */
final class ExampleEncoder implements Closeable {
    /** Characters of a task. */
    private static final int TASK = 1 << 18;

    private final Tokenizer tokenizer;
    private final int threads;
    private final Part train;
    private final Part val;

    ExampleEncoder(Tokenizer tokenizer, IdWidth width, PreparedDirectory directory, int threads) throws IOException {
        this.tokenizer = tokenizer;
        this.threads = threads;
        train = new Part(directory, PreparedDirectory.TRAIN, PreparedDirectory.TRAIN_LENGTHS, width);
        val = new Part(directory, PreparedDirectory.VAL, PreparedDirectory.VAL_LENGTHS, width);
    }

    void encode(Instructions pairs) throws IOException {
        try (OrderedWork<List<Instructions.Pair>, List<EncodedExample>, IOException> work = new OrderedWork<>(
                "inkhorn-encode", threads,
                task -> task.stream().map(pair -> EncodedExample.of(tokenizer, pair)).toList(), this::write)) {
            OrderedWork.inTasks(work, pairs, pair -> pair.prompt().length() + pair.completion().length(), TASK);
        }
    }

    private void write(List<EncodedExample> task) throws IOException {
        for (EncodedExample example : task) {
            (example.validation() ? val : train).add(example);
        }
    }

    /** Syncs the files of a part and says what is in them. */
    DataManifest.Split finish(boolean validation, ByteProgress progress) throws IOException {
        return (validation ? val : train).finish(progress);
    }

    /** To be called after {@link #finish}. */
    DataManifest.Completions completions(boolean validation, ByteProgress progress) throws IOException {
        Part part = validation ? val : train;
        return new DataManifest.Completions(part.completionTokens, part.completionBytes,
                Hashes.sha256(part.lengthsFile, progress::working));
    }

    @Override
    public void close() throws IOException {
        try (train; val) {
            // Both, whatever the other throws.
        }
    }

    private static final class Part implements Closeable {
        private final Path idsFile;
        private final Path lengthsFile;
        private final TokenFileWriter ids;
        private final TokenFileWriter lengths;
        private long examples;
        private long characters;
        private long bytes;
        private long completionTokens;
        private long completionBytes;

        Part(PreparedDirectory directory, String idsName, String lengthsName, IdWidth width) throws IOException {
            idsFile = directory.file(idsName);
            lengthsFile = directory.file(lengthsName);
            ids = new TokenFileWriter(idsFile, width);
            lengths = new TokenFileWriter(lengthsFile, IdWidth.BITS_32);
        }

        void add(EncodedExample example) throws IOException {
            ids.append(example.ids());
            lengths.append(new int[] {example.promptTokens(), example.completionTokens()});
            examples++;
            characters += example.characters();
            bytes += example.bytes();
            completionTokens += example.completionTokens();
            completionBytes += example.completionBytes();
        }

        DataManifest.Split finish(ByteProgress progress) throws IOException {
            ids.finish();
            lengths.finish();
            FileTrace.wrote(idsFile);
            FileTrace.wrote(lengthsFile);
            return new DataManifest.Split(examples, characters, bytes, ids.length(),
                    Hashes.sha256(idsFile, progress::working));
        }

        @Override
        public void close() throws IOException {
            try (lengths) {
                ids.close();
            }
        }
    }
}
