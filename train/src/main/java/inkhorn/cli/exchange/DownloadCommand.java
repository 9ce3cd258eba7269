package inkhorn.cli.exchange;

import inkhorn.cli.context.Context;
import inkhorn.cli.launch.Shutdown;
import inkhorn.cli.launch.Stopped;
import inkhorn.cli.options.Arguments;
import inkhorn.cli.options.CommonOptions;
import inkhorn.cli.terminal.ByteProgressLine;
import inkhorn.config.UserError;
import inkhorn.data.source.PublishedModels;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code download}: fetches a published GPT-2, in one go or in several. */
@Command(name = "download", sortOptions = false,
        description = "Fetch a published GPT-2, for import; continues where an earlier download ended.")
public final class DownloadCommand implements Callable<Integer> {

    private final Context context;

    @Parameters(index = "0", paramLabel = "MODEL", completionCandidates = Names.class,
            description = "${COMPLETION-CANDIDATES}.")
    private String name;

    @Option(names = "--out", paramLabel = "DIR", description = "Directory to make (default: data/models/MODEL).")
    private String out;

    @Option(names = "--from", paramLabel = "URL", defaultValue = "https://huggingface.co",
            description = "A mirror with the same paths (default: ${DEFAULT-VALUE}).")
    private String from;

    @Mixin
    private CommonOptions common;

    /** For the help. */
    static final class Names implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return PublishedModels.NAMES.iterator();
        }
    }

    public DownloadCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        if (!PublishedModels.NAMES.contains(name)) {
            throw new UserError("MODEL: found " + name + ", expected one of "
                    + String.join(", ", PublishedModels.NAMES));
        }
        Path directory = out == null ? context.dataSets().resolveSibling("models").resolve(name)
                : Arguments.path("--out", out);
        PublishedModels models = new PublishedModels(mirror(from));
        Shutdown shutdown = context.signals().get();
        long bytes;
        try (ByteProgressLine progress = ByteProgressLine.open(context.out(), shutdown::check)) {
            bytes = models.download(name, directory, progress);
        } catch (Stopped e) {
            context.out().println("stopped; the same command continues from here");
            return shutdown.exitCode();
        }
        context.out().printf(Locale.ROOT, "done: %s, %,d bytes; next: java -jar train.jar import %s --out"
                + " checkpoints/%s%n", directory, bytes, directory, name);
        context.out().flush();
        return 0;
    }

    private static URI mirror(String text) {
        try {
            URI address = new URI(text.replaceAll("/+$", ""));
            if (address.getHost() != null && ("https".equals(address.getScheme())
                    || "http".equals(address.getScheme()))) {
                return address;
            }
        } catch (URISyntaxException e) {
            // As any other text that is no address.
        }
        throw new UserError("--from: found " + text + ", expected an address such as https://huggingface.co");
    }
}
