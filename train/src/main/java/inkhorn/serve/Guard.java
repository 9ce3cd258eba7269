package inkhorn.serve;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.Cookie;
import io.undertow.server.handlers.CookieImpl;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Deque;
import java.util.Locale;
import java.util.Set;

/**
 * Decides which requests are allowed. A page of another site, open in the same browser, can send requests to a server
 * on this machine. Such a request is refused because of its {@code Origin}; if the site lets its own name point to
 * 127.0.0.1 (DNS rebinding), it is refused because of its {@code Host}.
 *
 * <p>If other machines can reach the server, each request must contain the token: as {@code Authorization: Bearer}, or
 * as a cookie that the address {@code /?token=…} sets.
 */
final class Guard implements HttpHandler {

    private static final Set<String> LOCAL_NAMES = Set.of("localhost", "127.0.0.1", "[::1]");
    private static final String COOKIE = "inkhorn_token";
    /** Nothing is loaded from elsewhere, nothing inline runs, and no other site shows a page in a frame. */
    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'"
            + " data:; connect-src 'self'; font-src 'self'; manifest-src 'self'; frame-src 'self';"
            + " base-uri 'none'; form-action 'self'; frame-ancestors 'self'";

    private final ServeOptions options;
    private final HttpHandler next;

    Guard(ServeOptions options, HttpHandler next) {
        this.options = options;
        this.next = next;
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) throws Exception {
        HeaderMap headers = exchange.getResponseHeaders();
        headers.put(new HttpString("Content-Security-Policy"), POLICY);
        headers.put(new HttpString("X-Content-Type-Options"), "nosniff");
        headers.put(new HttpString("Referrer-Policy"), "no-referrer");
        headers.put(new HttpString("Cross-Origin-Resource-Policy"), "same-origin");
        headers.put(Headers.CACHE_CONTROL, "no-store");
        String refusal = refusal(exchange);
        if (refusal != null) {
            WebServer.refuse(exchange, RequestException.of(403, "forbidden", refusal));
        } else if (options.token() == null || isToken(bearer(exchange)) || isToken(cookie(exchange))) {
            next.handleRequest(exchange);
        } else if (isToken(first(exchange.getQueryParameters().get("token")))) {
            exchange.setResponseCookie(new CookieImpl(COOKIE, options.token()).setHttpOnly(true).setPath("/")
                    .setSameSite(true).setSameSiteMode("Strict"));
            exchange.setStatusCode(303);
            headers.put(Headers.LOCATION, exchange.getRequestPath());
            exchange.endExchange();
        } else {
            WebServer.refuse(exchange, RequestException.of(401, "unauthorized", "this server asks for its token: send"
                    + " Authorization: Bearer TOKEN, or open /?token=TOKEN in a browser"));
        }
    }

    private String refusal(HttpServerExchange exchange) {
        String host = exchange.getRequestHeaders().getFirst(Headers.HOST);
        if (host == null || options.isLocal() && !LOCAL_NAMES.contains(withoutPort(host))) {
            return "Host: found " + host + ", expected localhost or 127.0.0.1";
        }
        String origin = exchange.getRequestHeaders().getFirst(Headers.ORIGIN);
        if (origin != null && !host.equalsIgnoreCase(authority(origin))) {
            return "Origin: found " + origin + "; pages of other sites may not ask this server";
        }
        return null;
    }

    private static String withoutPort(String host) {
        int colon = host.lastIndexOf(':');
        String name = colon < 0 || host.endsWith("]") ? host : host.substring(0, colon);
        return name.toLowerCase(Locale.ROOT);
    }

    private static String authority(String origin) {
        try {
            return URI.create(origin).getRawAuthority();
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static String bearer(HttpServerExchange exchange) {
        String header = exchange.getRequestHeaders().getFirst(Headers.AUTHORIZATION);
        return header != null && header.startsWith("Bearer ") ? header.substring("Bearer ".length()).trim() : null;
    }

    private static String cookie(HttpServerExchange exchange) {
        Cookie cookie = exchange.getRequestCookie(COOKIE);
        return cookie == null ? null : cookie.getValue();
    }

    private static String first(Deque<String> values) {
        return values == null ? null : values.peekFirst();
    }

    /** In a time that does not tell how many characters were right. */
    private boolean isToken(String shown) {
        return shown != null && MessageDigest.isEqual(shown.getBytes(StandardCharsets.UTF_8),
                options.token().getBytes(StandardCharsets.UTF_8));
    }
}
