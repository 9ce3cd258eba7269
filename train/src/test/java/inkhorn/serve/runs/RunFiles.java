package inkhorn.serve.runs;

import inkhorn.config.ConfigLoader;
import inkhorn.data.files.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/** A run as a training leaves it on disk, but for its checkpoints. */
final class RunFiles {

    private static final int INTERVAL = 10;

    private RunFiles() {
    }

    /** A run of 100 steps that has come to {@code steps}. */
    static void write(Path run, int channels, double lr, int steps) throws IOException {
        Files.createDirectories(run);
        Path given = Files.writeString(run.resolve("given.yaml"), """
                model: {n_layer: 1, n_head: 2, n_embd: %d, block_size: 8}
                train: {max_iters: 100, batch_size: 2, eval_interval: 20}
                optim: {lr: %s, warmup_iters: 2}
                """.formatted(channels, lr));
        Files.writeString(run.resolve("config.yaml"),
                ConfigLoader.load(given, Map.of("run.name", run.getFileName().toString())).toYaml());
        Files.delete(given);
        Files.deleteIfExists(run.resolve("metrics.jsonl"));
        for (int step = INTERVAL; step <= steps; step += INTERVAL) {
            step(run, step);
        }
    }

    /** Appends what a training logs at a step: at every second one an evaluation and a sample as well. */
    static void step(Path run, int step) throws IOException {
        double loss = 1 + 3.0 / step;
        append(run, Json.line(Json.MAPPER.createObjectNode().put("event", "train").put("step", step).put("loss", loss)
                .put("lr", 1e-3).put("grad_norm", 0.5).put("step_ms", 100.0).put("tokens_per_s", 160.0)
                .put("peak_share", 0.25)));
        if (step % (2 * INTERVAL) == 0) {
            append(run, Json.line(Json.MAPPER.createObjectNode().put("event", "eval").put("step", step)
                    .put("train_loss", loss).put("val_loss", loss + 0.1).put("val_bits_per_byte", 1.5)));
            append(run, Json.line(Json.MAPPER.createObjectNode().put("event", "sample").put("step", step)
                    .put("text", "text of step " + step + " <b>not bold</b>")));
        }
    }

    static void append(Path run, String line) throws IOException {
        Files.writeString(run.resolve("metrics.jsonl"), line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
}
