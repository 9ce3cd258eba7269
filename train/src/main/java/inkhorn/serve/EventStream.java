package inkhorn.serve;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Server-sent events (WHATWG HTML, section 9.2). A client that does not read for ten seconds loses the connection, so
 * that it cannot hold a thread for ever.
 */
public final class EventStream implements AutoCloseable {
    private final OutputStream out;

    private EventStream(OutputStream out) {
        this.out = out;
    }

    static EventStream begin(HttpServerExchange exchange) {
        exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "text/event-stream; charset=utf-8");
        exchange.getResponseHeaders().put(new HttpString("X-Accel-Buffering"), "no");
        return new EventStream(exchange.getOutputStream());
    }

    /**
     * An event with a number, by which a client that comes back says what it has seen ({@link Request#lastEventId}).
     *
     * @param data one line
     * @throws IOException when the client has gone
     */
    public void send(long id, String event, String data) throws IOException {
        write("id: " + id + "\nevent: " + event + "\ndata: " + data + "\n\n");
    }

    /**
     * An event without a number: one that a client which comes back need not have seen.
     *
     * @param data one line
     * @throws IOException when the client has gone
     */
    public void send(String event, String data) throws IOException {
        write("event: " + event + "\ndata: " + data + "\n\n");
    }

    /** Tells a browser how soon to come back after the connection is lost. */
    public void comeBackAfter(long milliseconds) throws IOException {
        write("retry: " + milliseconds + "\n\n");
    }

    /**
     * An event without number and name, as OpenAI's API has them.
     *
     * @param data one line
     * @throws IOException when the client has gone
     */
    public void send(String data) throws IOException {
        add(data);
        out.flush();
    }

    /**
     * As {@link #send(String)}, but the event goes with the next one that is sent, with {@link #flush} or with the end:
     * each packet costs server and client as much as writing some tokens.
     *
     * @param data one line
     * @throws IOException when the client has gone
     */
    public void add(String data) throws IOException {
        out.write(("data: " + data + "\n\n").getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Sends what was added.
     *
     * @throws IOException when the client has gone
     */
    public void flush() throws IOException {
        out.flush();
    }

    /** A line that clients pass over: shows whether one is still there. */
    public void ping() throws IOException {
        write(": \n\n");
    }

    private void write(String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
