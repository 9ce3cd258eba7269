package inkhorn.serve;

import java.util.List;

/** A part of what the server offers. */
public interface Feature extends AutoCloseable {

    /** What it answers, the same for the server's whole life. */
    List<Route> routes();

    /** Ends what still runs, when the server ends. */
    @Override
    default void close() {
    }
}
