package inkhorn.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import inkhorn.checkpoint.CheckpointContents.FileWriter;
import inkhorn.data.files.AtomicFiles;
import inkhorn.nn.StateDict;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;

/**
 * A plain Hugging Face directory whose weights are copied, part by part, on a thread of their own, while the caller
 * finds out what else is to lie there. The weights get their name last: a directory without them is no model.
 */
public final class ModelCopy implements Closeable {
    private final Path directory;
    private final boolean isNew;
    private final Path temporary;
    private final Closeable source;
    private final FutureTask<Void> copying;
    private final Thread thread;
    private boolean isWhole;

    private ModelCopy(Path directory, Map<String, StateDict.Stored> weights, Closeable source) {
        this.directory = directory;
        this.isNew = !Files.exists(directory);
        this.temporary = directory.resolve(CheckpointLayout.TEMPORARY + CheckpointLayout.MODEL);
        this.source = source;
        this.copying = new FutureTask<>(() -> {
            Safetensors.copy(temporary, weights, Safetensors.HUGGING_FACE);
            return null;
        });
        this.thread = new Thread(copying, "copy of " + directory);
        thread.setDaemon(true);
    }

    /**
     * Begins to copy.
     *
     * @param weights found to fit; read on another thread from now on, until {@link #close}
     * @param source  of the weights, closed with the copy
     * @throws CheckpointException where the directory holds a model already (the user's error), or cannot be made
     */
    static ModelCopy start(Path directory, Map<String, StateDict.Stored> weights, Closeable source) {
        ModelFiles.requireNoModel(directory);
        ModelCopy copy = new ModelCopy(directory, weights, source);
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw copy.failed(e);
        }
        copy.thread.start();
        return copy;
    }

    /**
     * Waits for the weights and writes the rest: the model is whole then.
     *
     * @param config what {@code config.json} is to hold
     * @param extraFiles further files by plain name
     * @throws CheckpointException where the weights cannot be read (the user's error), or a file cannot be written
     */
    public void finish(ObjectNode config, Map<String, FileWriter> extraFiles) {
        try {
            await();
            for (Map.Entry<String, FileWriter> extra : extraFiles.entrySet()) {
                extra.getValue().write(directory.resolve(extra.getKey()));
            }
            JsonFile.write(directory.resolve(CheckpointLayout.CONFIG), config);
            AtomicFiles.moveInPlace(temporary, directory.resolve(CheckpointLayout.MODEL));
            AtomicFiles.syncDirectory(directory);
            isWhole = true;
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private void await() throws IOException {
        try {
            copying.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException cause) {
                throw cause;
            }
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }

    private CheckpointException failed(IOException e) {
        return CheckpointException.runFailure(directory + ": the model cannot be saved ("
                + CheckpointException.reason(e) + "); check free space and permissions", e);
    }

    /** Without {@link #finish}: ends the copying and removes what it has written. */
    @Override
    public void close() throws IOException {
        // An interrupt closes the channels that the thread writes to and reads from.
        thread.interrupt();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        source.close();
        if (!isWhole) {
            Files.deleteIfExists(temporary);
            if (isNew && isEmpty()) {
                Files.delete(directory);
            }
        }
    }

    private boolean isEmpty() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.findAny().isEmpty();
        }
    }
}
