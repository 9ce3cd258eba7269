package inkhorn.serve;

import com.fasterxml.jackson.databind.node.ObjectNode;
import inkhorn.data.files.Json;
import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.RoutingHandler;
import io.undertow.server.handlers.BlockingHandler;
import io.undertow.server.handlers.GracefulShutdownHandler;
import io.undertow.server.handlers.RequestLimit;
import io.undertow.server.handlers.RequestLimitingHandler;
import io.undertow.util.Headers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xnio.Options;

/**
 * An HTTP server with a list of features. Each request is answered on a thread of its own, at most
 * {@link ServeOptions.Limits#concurrent} at a time.
 */
public final class WebServer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(WebServer.class);
    private static final int PARSE_TIMEOUT_MS = 10_000;
    private static final int IDLE_TIMEOUT_MS = 60_000;
    /** Of a client that does not read or write. */
    private static final int STALLED_MS = 10_000;
    private static final long GRACE_MS = 3_000;
    private static final List<String> PAGES = List.of("index", "run", "play", "inside");
    private static final List<String> FILES = List.of("style.css", "common.js", "icon.svg", "curves.js", "curves.css",
            "runs.js", "runs.css", "run.js", "run-charts.js", "run-progress.js", "run-samples.js", "run.css",
            "events.js", "models.js", "tokens.js", "transforms.js", "beams.js", "play.js", "play-options.js",
            "play-text.js", "play-candidates.js", "play-writing.js", "play.css", "inside.js", "inside.css", "map.js");

    private final Undertow undertow;
    private final GracefulShutdownHandler door;
    private final List<Feature> features;
    private final ServeOptions options;

    private WebServer(Undertow undertow, GracefulShutdownHandler door, List<Feature> features, ServeOptions options) {
        this.undertow = undertow;
        this.door = door;
        this.features = features;
        this.options = options;
    }

    /**
     * Listens from now on.
     *
     * @throws IOException where the port is taken or the address is none of this machine
     */
    public static WebServer start(ServeOptions options, List<Feature> features) throws IOException {
        RoutingHandler routes = new RoutingHandler();
        // Not by Undertow's option, which prints a stack trace where chunks exceed it.
        long bodyBytes = options.limits().bodyBytes();
        Assets.routes(PAGES, FILES).forEach(route -> add(routes, route, bodyBytes));
        features.forEach(feature -> feature.routes().forEach(route -> add(routes, route, bodyBytes)));
        routes.setFallbackHandler(exchange -> refuse(exchange, RequestException.notFound(
                exchange.getRequestPath() + ": there is no such page")));
        routes.setInvalidMethodHandler(exchange -> refuse(exchange, RequestException.of(405, "method_not_allowed",
                exchange.getRequestMethod() + " " + exchange.getRequestPath() + ": not a method of this address")));
        RequestLimit limit = new RequestLimit(options.limits().concurrent(), options.limits().queue());
        limit.setFailureHandler(exchange -> refuse(exchange, RequestException.busy("too many requests at once; at most "
                + options.limits().concurrent() + " are answered and " + options.limits().queue() + " wait")));
        GracefulShutdownHandler door = new GracefulShutdownHandler(
                new Guard(options, new RequestLimitingHandler(limit, new BlockingHandler(routes))));
        Undertow undertow = Undertow.builder().addHttpListener(options.port(), options.host())
                .setHandler(door).setIoThreads(1).setWorkerThreads(options.limits().concurrent())
                .setServerOption(UndertowOptions.REQUEST_PARSE_TIMEOUT, PARSE_TIMEOUT_MS)
                .setServerOption(UndertowOptions.NO_REQUEST_TIMEOUT, IDLE_TIMEOUT_MS)
                .setServerOption(UndertowOptions.MAX_HEADER_SIZE, 32 << 10)
                .setServerOption(UndertowOptions.MAX_HEADERS, 100)
                .setServerOption(UndertowOptions.MAX_PARAMETERS, 100)
                .setSocketOption(Options.READ_TIMEOUT, STALLED_MS)
                .setSocketOption(Options.WRITE_TIMEOUT, STALLED_MS)
                .build();
        try {
            undertow.start();
        } catch (RuntimeException e) {
            if (e.getCause() instanceof IOException io) {
                throw io;
            }
            throw e;
        }
        return new WebServer(undertow, door, features, options);
    }

    /** The address to open in a browser. */
    public String address() {
        InetSocketAddress bound = (InetSocketAddress) undertow.getListenerInfo().get(0).getAddress();
        String host = options.host().contains(":") ? "[" + options.host() + "]" : options.host();
        return "http://" + host + ":" + bound.getPort() + "/";
    }

    /** Lets the requests that are being answered end, for three seconds, and refuses new ones. */
    @Override
    public void close() {
        door.shutdown();
        features.forEach(Feature::close);
        try {
            door.awaitShutdown(GRACE_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        undertow.stop();
    }

    private static void add(RoutingHandler routes, Route route, long bodyBytes) {
        HttpHandler handler = exchange -> answer(route, exchange, new Request(exchange, bodyBytes));
        routes.add(route.method(), route.path(), handler);
    }

    private static void answer(Route route, HttpServerExchange exchange, Request request) {
        try {
            route.handler().answer(request);
        } catch (RequestException e) {
            refuse(exchange, e);
        } catch (IOException | UncheckedIOException | RejectedExecutionException e) {
            // The client has gone or the server ends; or, before anything was answered, a file cannot be read.
            LOG.debug("{} {}: {}", route.method(), route.path(), e.toString());
            refuse(exchange, RequestException.of(500, "server_error", "the server cannot read a file; --debug says"
                    + " which"));
        } catch (Exception | StackOverflowError | OutOfMemoryError e) {
            LOG.error("{} {} failed: {}", route.method(), route.path(), e.toString(), e);
            refuse(exchange, RequestException.of(500, "server_error", "the server failed; its log says why"));
        }
    }

    /** Says what is wrong, in the form of OpenAI's API, unless an answer is on its way already. */
    static void refuse(HttpServerExchange exchange, RequestException e) {
        if (exchange.isResponseStarted()) {
            exchange.endExchange();
            return;
        }
        exchange.setStatusCode(e.status());
        if (e.status() == 503) {
            exchange.getResponseHeaders().put(Headers.RETRY_AFTER, 1);
        }
        exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "application/json");
        if (e.status() == 413 || e.status() == 408) {
            exchange.setPersistent(false);      // a rest of the body may still come
        }
        exchange.getResponseSender().send(ByteBuffer.wrap(Json.bytes(error(e))));
    }

    /** The object that tells a client of an error: the body of an answer, or an event in a stream. */
    public static ObjectNode error(RequestException e) {
        ObjectNode error = Json.MAPPER.createObjectNode();
        error.putObject("error").put("message", e.getMessage())
                .put("type", e.status() < 500 ? "invalid_request_error" : "server_error")
                .put("param", e.parameter()).put("code", e.code());
        return error;
    }
}
