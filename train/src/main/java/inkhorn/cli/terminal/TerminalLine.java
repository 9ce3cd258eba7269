package inkhorn.cli.terminal;

import java.io.PrintStream;
import me.tongfei.progressbar.ProgressBarConsumer;

/** The terminal's last line, on which a bar is drawn. The bar draws from a thread of its own, hence the locks. */
final class TerminalLine implements ProgressBarConsumer {

    private static final String ERASE = "\r\u001b[K";

    private final PrintStream out;
    private final int width = Terminal.width();
    private String shown = "";
    private boolean closed;

    TerminalLine(PrintStream out) {
        this.out = out;
    }

    synchronized void above(String text) {
        out.print(ERASE + text + System.lineSeparator() + shown);
        out.flush();
    }

    @Override
    public int getMaxRenderedLength() {
        return width;
    }

    @Override
    public synchronized void accept(String rendered) {
        if (closed) {
            return;
        }
        shown = rendered;
        out.print(ERASE + rendered);
        out.flush();
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        out.println();
        out.flush();
        shown = "";
    }
}
