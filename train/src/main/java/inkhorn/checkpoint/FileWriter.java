package inkhorn.checkpoint;

import java.io.IOException;
import java.nio.file.Path;

/** Writes one file of a checkpoint, a tokenizer's for example. The file does not exist yet; the store syncs and hashes it. */
@FunctionalInterface
public interface FileWriter {

    /** @throws IOException where the file cannot be written; the save is then undone */
    void write(Path file) throws IOException;
}
