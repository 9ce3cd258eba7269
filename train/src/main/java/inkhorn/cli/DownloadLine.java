package inkhorn.cli;

import inkhorn.data.DownloadProgress;
import java.io.PrintStream;
import java.net.URI;

/** Shows a download in tenths. */
final class DownloadLine implements DownloadProgress {

    private final PrintStream out;
    private long shown = -1;

    DownloadLine(PrintStream out) {
        this.out = out;
    }

    @Override
    public void started(URI address) {
        out.println("downloading " + address);
    }

    @Override
    public void bytes(long done, long total) {
        long tenth = total == 0 ? 10 : done * 10 / total;
        if (tenth != shown) {
            shown = tenth;
            out.println("downloaded " + tenth * 10 + " % of " + (total >> 10) + " KiB");
        }
    }
}
