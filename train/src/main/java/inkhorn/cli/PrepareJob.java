package inkhorn.cli;

import inkhorn.cli.launch.Shutdown;
import inkhorn.cli.launch.Stopped;
import inkhorn.cli.terminal.ByteProgressLine;
import inkhorn.data.prepare.Manifest;
import inkhorn.data.prepare.Preparation;
import inkhorn.data.prepare.PreparedData;
import inkhorn.data.source.Corpus;
import inkhorn.data.source.DataSets;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Locale;

/** {@code prepare}: shows how far it is, then what was made. */
final class PrepareJob implements Job<PrepareCommand.Request> {

    private final PrintStream out;

    PrepareJob(PrintStream out) {
        this.out = out;
    }

    @Override
    public int run(PrepareCommand.Request request) {
        Shutdown shutdown = Shutdown.install();
        long began = System.nanoTime();
        PreparedData data;
        try (ByteProgressLine progress = ByteProgressLine.open(out, shutdown::check)) {
            Corpus corpus = Corpus.ofFiles(DataSets.nameOf(request.out()), request.inputs(), request.globs(), "--input");
            data = Preparation.prepareInto(request.out(), corpus, request.spec(), request.overwrite(), progress);
        } catch (Stopped e) {
            out.println("stopped; nothing was left in " + request.out());
            return shutdown.exitCode();
        }
        show(request.out(), data, (System.nanoTime() - began) * 1e-9);
        return 0;
    }

    private void show(Path directory, PreparedData data, double seconds) {
        Manifest manifest = data.manifest();
        long bytes = manifest.sources().stream().mapToLong(Manifest.Source::bytes).sum();
        data.warnings().forEach(warning -> out.println("WARNING     " + warning));
        out.printf(Locale.ROOT, "input       %s, %,d bytes, %s%n", counted(manifest.sources().size(), "file"), bytes,
                counted(manifest.documents(), "document"));
        out.printf(Locale.ROOT, "tokenizer   %s, vocabulary of %,d, ids of %d bits%n", manifest.tokenizer(), manifest.vocabSize(),
                manifest.idBits().bits());
        show("training", manifest.train(), manifest.documents());
        show("validation", manifest.val(), manifest.documents());
        out.println(data.reused()
                ? directory + " holds all this already, from the same input and options: nothing to do"
                : String.format(Locale.ROOT, "done: %s in %.1f s, %.1f MB/s; train with: java -jar train.jar CONFIG --data.dir=%s",
                        directory, seconds, bytes * 1e-6 / seconds, directory));
        out.flush();
    }

    private void show(String part, Manifest.Split split, long documents) {
        out.printf(Locale.ROOT, "%-12s%,d tokens of %,d characters (%,d bytes)%s%n", part, split.tokens(), split.characters(), split.bytes(),
                documents > 1 ? ", " + counted(split.documents(), "document") : "");
    }

    private static String counted(long count, String what) {
        return String.format(Locale.ROOT, "%,d %s%s", count, what, count == 1 ? "" : "s");
    }
}
