package inkhorn.cli.exchange;

import inkhorn.cli.context.Context;
import inkhorn.cli.options.Arguments;
import inkhorn.cli.options.CommonOptions;
import inkhorn.exchange.ModelImport;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code import}: makes a checkpoint of a model in Hugging Face's files, a GGUF file or llm.c's. */
@Command(name = "import", sortOptions = false,
        description = "Make a checkpoint of a Hugging Face directory (GPT-2, Llama, Qwen3), of a GGUF file, or of"
                + " llm.c's model.bin.")
public final class ImportCommand implements Callable<Integer> {

    private final Context context;

    @Parameters(index = "0", paramLabel = "DIR",
            description = "Has config.json, model.safetensors (or its index and files), and tokenizer.json or"
                    + " vocab.json and merges.txt; or a file, model.gguf or model.bin.")
    private String from;

    @Option(names = "--out", paramLabel = "CKPT", required = true, description = "Directory to make.")
    private String out;

    @Option(names = "--dropout", paramLabel = "P",
            description = "Dropout of the imported model, from 0 to below 1 (default: the one in config.json).")
    private String dropout;

    @Option(names = "--block-size", paramLabel = "N",
            description = "Longest context; of a longer one the last positions are left out (default: all).")
    private String blockSize;

    @Mixin
    private CommonOptions common;

    public ImportCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Path directory = Arguments.path("DIR", from);
        Path checkpoint = Arguments.path("--out", out);
        ModelImport.Choices choices = new ModelImport.Choices(
                dropout == null ? OptionalDouble.empty() : OptionalDouble.of(Arguments.decimal("--dropout", dropout,
                        "a number >= 0 and < 1", value -> value >= 0 && value < 1)),
                blockSize == null ? OptionalInt.empty()
                        : OptionalInt.of((int) Arguments.whole("--block-size", blockSize, 1)));
        long began = System.nanoTime();
        show(ModelImport.run(directory, checkpoint, choices), checkpoint, (System.nanoTime() - began) * 1e-9);
        return 0;
    }

    private void show(ModelImport imported, Path checkpoint, double seconds) {
        PrintStream lines = context.out();
        lines.printf(Locale.ROOT, "model       %,d parameters, context of %,d tokens%s%n",
                imported.model().parameterCount(), imported.model().blockSize(),
                imported.positions() > imported.model().blockSize()
                        ? String.format(Locale.ROOT, ", cut from %,d", imported.positions()) : "");
        lines.printf(Locale.ROOT, "vocabulary  %s%s%n", imported.tokenizer()
                .map(tokenizer -> String.format(Locale.ROOT, "%,d tokens (%s)", tokenizer.vocabSize(),
                        tokenizer.name()))
                .orElse("no tokenizer: put a tokenizer.json into " + checkpoint + " to write text with it"),
                imported.padding() > 0 ? String.format(Locale.ROOT, ", %,d rows of padding left out",
                        imported.padding()) : "");
        lines.printf(Locale.ROOT, "done: %s in %.1f s; write with: java -jar train.jar sample %s%n", checkpoint,
                seconds, checkpoint);
        lines.flush();
    }
}
