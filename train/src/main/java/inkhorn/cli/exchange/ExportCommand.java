package inkhorn.cli.exchange;

import inkhorn.checkpoint.Dtype;
import inkhorn.cli.context.Context;
import inkhorn.cli.options.Arguments;
import inkhorn.cli.options.CommonOptions;
import inkhorn.cli.options.ExportFormats;
import inkhorn.exchange.ExportFormat;
import inkhorn.exchange.ExportSource;
import inkhorn.exchange.ModelExport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code export}: writes a model in the format of another program. */
@Command(name = "export", sortOptions = false,
        description = "Write a model in the format of another program; a model that the format cannot express is"
                + " refused.")
public final class ExportCommand implements Callable<Integer> {

    private final Context context;

    @Parameters(index = "0", paramLabel = "CKPT",
            description = "A run's directory (its best checkpoint) or a checkpoint.")
    private String from;

    @Option(names = "--format", paramLabel = "FORMAT", required = true,
            completionCandidates = ExportFormats.class, description = "One of ${COMPLETION-CANDIDATES}.")
    private String format;

    @Option(names = "--dtype", paramLabel = "TYPE", defaultValue = "f32",
            description = "Type of the weights: f32, f16 or bf16, rounded to the nearest (default:"
                    + " ${DEFAULT-VALUE}).")
    private String dtype;

    @Option(names = "--out", paramLabel = "DIR", required = true, description = "Directory to write into.")
    private String out;

    @Mixin
    private CommonOptions common;

    public ExportCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException {
        Path directory = Arguments.path("CKPT", from);
        Path target = Arguments.path("--out", out);
        ExportFormat chosen = ExportFormat.named(format);
        Dtype type = chosen.type(dtype);
        List<Path> files = ModelExport.run(ExportSource.open(directory), chosen, type, target);
        for (Path file : files) {
            context.out().printf(Locale.ROOT, "%,15d bytes  %s%n", Files.size(file), file);
        }
        context.out().flush();
        return 0;
    }
}
