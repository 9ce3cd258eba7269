package inkhorn.cli.options;

import inkhorn.exchange.ExportFormat;
import java.util.Iterator;

/** Each format of {@code export} with what it is, for the help. */
public final class ExportFormats implements Iterable<String> {

    @Override
    public Iterator<String> iterator() {
        return ExportFormat.all().stream().map(format -> format.name() + " (" + format.description() + ")").iterator();
    }
}
