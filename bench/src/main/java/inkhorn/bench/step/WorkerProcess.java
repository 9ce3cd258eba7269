package inkhorn.bench.step;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/** The process of a {@link StepWorker}, as the comparison sees it. */
final class WorkerProcess implements AutoCloseable {
    private final Engine engine;
    private final Process process;
    private final PrintStream commands;
    private final BufferedReader answers;
    private final String description;

    /**
     * What a turn gave.
     *
     * @param ms of each step
     * @param losses of each step's batch
     */
    record Turn(double[] ms, double[] losses) {}

    /**
     * Resident bytes.
     *
     * @param peak the most that the process had
     * @param launcher the most that the process which launched it had; 0 if it was launched directly
     * @param empty what the process had before its model was made
     */
    record Memory(long peak, long launcher, long empty) {
        /** What the user's machine needs: the launcher stays until the end. */
        long total() {
            return peak + launcher;
        }
    }

    /** The worker cannot do what it was told; the message is its own. */
    static final class Failed extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final transient Engine engine;

        Failed(Engine engine, String message) {
            super(engine.label() + ": " + message);
            this.engine = engine;
        }

        Engine engine() {
            return engine;
        }
    }

    /** Starts it and waits until its model is there. */
    WorkerProcess(Engine engine, StepOptions options, String model, boolean dropout) {
        this.engine = engine;
        try {
            process = engine.process(options, model, dropout).start();
        } catch (IOException e) {
            throw new Failed(engine, "cannot be started: " + e.getMessage());
        }
        commands = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
        answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        description = answer();
    }

    Engine engine() {
        return engine;
    }

    String description() {
        return description;
    }

    String ask(String command) {
        commands.println(command);
        return answer();
    }

    private String answer() {
        try {
            for (String line = answers.readLine(); line != null; line = answers.readLine()) {
                if (line.startsWith("= ")) {
                    return line.substring(2);
                }
                if (line.startsWith("! ")) {
                    close();
                    throw new Failed(engine, line.substring(2));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        close();
        throw new Failed(engine, "its process ended with exit code " + process.exitValue());
    }

    Turn steps(int count) {
        String[] pairs = ask("steps " + count).split(" ");
        return new Turn(Arrays.stream(pairs)
                .mapToDouble(p -> Double.parseDouble(p.substring(0, p.indexOf(':')))).toArray(),
                Arrays.stream(pairs).mapToDouble(p -> Double.parseDouble(p.substring(p.indexOf(':') + 1))).toArray());
    }

    Memory memory() {
        String[] bytes = ask("memory").split(" ");
        return new Memory(Long.parseLong(bytes[0]), Long.parseLong(bytes[1]), Long.parseLong(bytes[2]));
    }

    @Override
    public void close() {
        commands.println("quit");
        commands.close();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
