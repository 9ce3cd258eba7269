package inkhorn.cli;

import inkhorn.checkpoint.CheckpointException;
import inkhorn.config.UserError;
import inkhorn.data.DataException;
import inkhorn.generate.NonFiniteLogitsException;
import inkhorn.mpi.MpiException;
import inkhorn.train.TrainException;
import inkhorn.train.parallel.RankException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/**
 * The message to the user and the exit code for an exception. Only this class decides them.
 *
 * @param exitCode 1 the run failed, 2 the user's input is wrong
 * @param lines    one line a problem
 */
record Failure(int exitCode, List<String> lines) {

    static final int RUN_FAILED = 1;
    static final int WRONG_INPUT = 2;

    static Failure of(Throwable thrown) {
        Throwable cause = unwrapped(thrown);
        if (cause instanceof UserError wrong) {
            return new Failure(WRONG_INPUT, wrong.lines());
        } else if (cause instanceof CheckpointException checkpoint) {
            return checkpoint.isUserError() ? new Failure(WRONG_INPUT, List.of(oneLine(message(cause))))
                    : failed(message(cause));
        } else if (cause instanceof DataException || cause instanceof NonFiniteLogitsException) {
            return new Failure(WRONG_INPUT, List.of(oneLine(message(cause))));
        } else if (cause instanceof MpiException) {
            return new Failure(WRONG_INPUT, List.of(oneLine(message(cause))));
        } else if (cause instanceof TrainException || cause instanceof RankException) {
            return failed(message(cause));
        } else if (cause instanceof OutOfMemoryError) {
            long mib = Runtime.getRuntime().maxMemory() >> 20;
            return failed("out of memory (Java's heap may grow to " + mib
                    + " MiB): lower train.batch_size, model.block_size or model.n_embd, or give more with java -Xmx");
        } else if (cause instanceof FileSystemException file) {
            return failed(file.getFile() + ": " + reason(file));
        } else if (cause instanceof IOException io) {
            return failed("reading or writing failed: " + message(io));
        }
        return failed("unexpected " + cause.getClass().getSimpleName() + ": " + message(cause)
                + "; --debug shows where");
    }

    private static Failure failed(String line) {
        return new Failure(RUN_FAILED, List.of(oneLine(line)));
    }

    private static String oneLine(String text) {
        return text.replaceAll("\\s*\\R\\s*", " ");
    }

    private static Throwable unwrapped(Throwable thrown) {
        boolean isWrapping = thrown instanceof UncheckedIOException || thrown instanceof ExecutionException
                || thrown instanceof CompletionException;
        return isWrapping && thrown.getCause() != null ? unwrapped(thrown.getCause()) : thrown;
    }

    private static String reason(FileSystemException e) {
        if (e instanceof NoSuchFileException) {
            return "no such file or directory";
        } else if (e instanceof AccessDeniedException) {
            return "permission denied; choose another directory or change its permissions";
        }
        return e.getReason() == null ? e.getClass().getSimpleName() : e.getReason();
    }

    private static String message(Throwable thrown) {
        return thrown.getMessage() == null ? thrown.getClass().getSimpleName() : thrown.getMessage();
    }
}
