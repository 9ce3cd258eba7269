package inkhorn.serve;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import inkhorn.data.files.Json;
import io.undertow.connector.PooledByteBuffer;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.protocol.http.HttpServerConnection;
import io.undertow.util.Headers;
import io.undertow.util.PathTemplateMatch;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Deque;
import java.util.Optional;
import java.util.OptionalLong;

/** A request of a client, and the way to answer it. */
public final class Request {
    /** For a whole body, so that a client who sends it by the byte does not hold a thread. */
    private static final long BODY_NANOS = 10_000_000_000L;

    private final HttpServerExchange exchange;
    private final long bodyBytes;

    /** @param bodyBytes the largest body that is read */
    Request(HttpServerExchange exchange, long bodyBytes) {
        this.exchange = exchange;
        this.bodyBytes = bodyBytes;
    }

    /** What stands for {@code {name}} in the path of the {@link Route}. */
    public String path(String name) {
        return exchange.getAttachment(PathTemplateMatch.ATTACHMENT_KEY).getParameters().get(name);
    }

    /** The value of a parameter in the address, the last one if it is given twice. */
    public Optional<String> query(String name) {
        return Optional.ofNullable(exchange.getQueryParameters().get(name)).map(Deque::peekLast);
    }

    /**
     * The number that a browser gives when it comes back to an event stream: that of the last event it has seen.
     */
    public OptionalLong lastEventId() {
        String id = exchange.getRequestHeaders().getFirst("Last-Event-ID");
        try {
            return id == null ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(id.trim()));
        } catch (NumberFormatException e) {
            return OptionalLong.empty();
        }
    }

    /**
     * The body, one JSON object.
     *
     * @throws RequestException where it is anything else
     */
    public ObjectNode json() throws IOException {
        String type = exchange.getRequestHeaders().getFirst(Headers.CONTENT_TYPE);
        if (type == null || !type.toLowerCase(java.util.Locale.ROOT).startsWith("application/json")) {
            throw RequestException.of(415, "unsupported_media_type",
                    "Content-Type: found " + type + ", expected application/json");
        }
        byte[] body = body();
        try {
            JsonNode node = Json.WITHOUT_DUPLICATES.readTree(body);
            if (node instanceof ObjectNode object) {
                return object;
            }
            throw RequestException.wrong(null, "the body is not a JSON object");
        } catch (JsonProcessingException e) {
            throw RequestException.wrong(null, "the body is not JSON: " + e.getOriginalMessage().lines().findFirst()
                    .orElse("") + " (line " + (e.getLocation() == null ? 1 : e.getLocation().getLineNr()) + ")");
        }
    }

    private byte[] body() {
        if (exchange.getRequestContentLength() > bodyBytes) {
            throw tooLarge();
        }
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        long giveUp = System.nanoTime() + BODY_NANOS;
        byte[] part = new byte[8192];
        try (InputStream in = exchange.getInputStream()) {
            for (int read = in.read(part); read >= 0; read = in.read(part)) {
                body.write(part, 0, read);
                if (body.size() > bodyBytes) {
                    throw tooLarge();
                }
                if (System.nanoTime() > giveUp) {
                    throw RequestException.of(408, "request_timeout", "the body did not come within "
                            + BODY_NANOS / 1_000_000_000L + " s");
                }
            }
            return body.toByteArray();
        } catch (IOException e) {
            throw RequestException.wrong(null, "the body breaks off or is not in chunks as HTTP has them");
        }
    }

    private RequestException tooLarge() {
        return RequestException.of(413, "body_too_large", "the body is larger than " + bodyBytes + " bytes");
    }

    /** Answers with a value as JSON, status 200. */
    public void reply(Object value) {
        reply(200, value);
    }

    /** Answers with a value as JSON. */
    public void reply(int status, Object value) {
        reply(status, "application/json", Json.bytes(value));
    }

    /** Answers with bytes. */
    public void reply(int status, String type, byte[] body) {
        exchange.setStatusCode(status);
        exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, type);
        exchange.getResponseSender().send(ByteBuffer.wrap(body));
    }

    /** Sets a header of the answer, before it is sent; one that is set already is replaced. */
    public void header(String name, String value) {
        exchange.getResponseHeaders().put(io.undertow.util.HttpString.tryFromString(name), value);
    }

    /** Answers with server-sent events, which are sent as they come. */
    public EventStream events() {
        return EventStream.begin(exchange);
    }

    /**
     * Whether the client has closed its connection, which nothing else shows while an answer is being computed. To be
     * called after the body was read.
     */
    public boolean isGone() {
        if (!exchange.getConnection().isOpen()) {
            return true;
        }
        if (!(exchange.getConnection() instanceof HttpServerConnection connection)
                || connection.getExtraBytes() != null) {
            return false;
        }
        PooledByteBuffer next = connection.getByteBufferPool().allocate();
        boolean isKept = false;
        try {
            int read = connection.getOriginalSourceConduit().read(next.getBuffer());
            if (read > 0) {
                // The next request came before this one's answer.
                next.getBuffer().flip();
                connection.ungetRequestBytes(next);
                isKept = true;
            }
            return read < 0;
        } catch (IOException e) {
            return true;
        } finally {
            if (!isKept) {
                next.close();
            }
        }
    }

    boolean hasAnswer() {
        return exchange.isResponseStarted();
    }
}
