package inkhorn.serve;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * Requests that no decent client sends, by kind, each with the statuses that are a proper answer to it; 0 is a
 * connection that is closed without one. The same seed gives the same requests.
 */
final class HostileRequests {

    /** How long an answer may take. */
    private static final int PATIENCE_MS = 60_000;
    private static final List<String> PATHS = List.of("/", "/run", "/api/runs", "/api/run/curves?run=small",
            "/assets/style.css", "/v1/models", "/api/run/stop");

    private final Random random;
    private final String host;
    private final Map<String, Kind> kinds = new LinkedHashMap<>();

    /** Makes a request. */
    @FunctionalInterface
    private interface Maker {
        byte[] make();
    }

    private record Kind(Set<Integer> proper, Maker maker) {
    }

    /**
     * @param kind   what is wrong with it
     * @param proper statuses that answer it
     */
    record Attack(String kind, Set<Integer> proper, byte[] bytes) {
    }

    HostileRequests(long seed, int port) {
        random = new Random(seed);
        host = "Host: 127.0.0.1:" + port + "\r\n";
        add("a body that is no JSON", Set.of(400), () -> post("application/json", damaged()));
        add("a body of another type", Set.of(415), () -> post(pick("text/plain", "multipart/form-data", "", "x"),
                bytes("{}")));
        add("a value of another type", Set.of(400, 404), () -> post("application/json", bytes("{\"run\": "
                + pick("3", "null", "[]", "{\"a\": {}}", "\"nowhere\"", "1e999", "true", "\"\\u0000\"") + "}")));
        add("nested ten thousand deep", Set.of(400), () -> post("application/json",
                bytes(pick("[", "{\"run\":").repeat(10_000))));
        add("a body over the limit", Set.of(0, 400, 413), () -> text("POST /api/run/stop HTTP/1.1\r\n" + host
                + "Content-Type: application/json\r\nContent-Length: " + pick("1048577", "2000000000",
                "9223372036854775807") + "\r\nConnection: close\r\n\r\n" + "x".repeat(1000)));
        add("chunks over the limit", Set.of(0, 413, 400), () -> text("POST /api/run/stop HTTP/1.1\r\n" + host
                + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
                + ("10000\r\n" + " ".repeat(0x10000) + "\r\n").repeat(17) + "0\r\n\r\n"));
        add("chunks that are none", Set.of(0, 400), () -> text("POST /api/run/stop HTTP/1.1\r\n" + host
                + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
                + pick("zz\r\n{}\r\n0\r\n\r\n", "-1\r\n\r\n", "FFFFFFFFFFFFFFFFF\r\n{}", "2;x\r\n{}??0\r\n\r\n")));
        add("a length that is none", Set.of(0, 400, 413), () -> text("POST /api/run/stop HTTP/1.1\r\n" + host
                + "Content-Type: application/json\r\nContent-Length: " + pick("-1", "x", "1 2", "0x10", "")
                + "\r\nConnection: close\r\n\r\n{}"));
        add("two lengths", Set.of(0, 400), () -> text("POST /api/run/stop HTTP/1.1\r\n" + host
                + "Content-Type: application/json\r\nContent-Length: 2\r\n" + pick("Content-Length: 5",
                "Transfer-Encoding: chunked") + "\r\nConnection: close\r\n\r\n{}"));
        add("headers without end", Set.of(0, 400, 431), () -> text("GET / HTTP/1.1\r\n" + host
                + headers(150 + below(500)) + "\r\n"));
        add("a header without end", Set.of(0, 400, 431), () -> text("GET / HTTP/1.1\r\n" + host + "X: "
                + "x".repeat(40_000 + below(200_000)) + "\r\n\r\n"));
        add("headers that are none", Set.of(0, 200, 400, 403), () -> get("/api/runs", pick("no colon here", ": x",
                "A\u0001B: x", "X: \u0000", " folded: x", "Cookie: " + noise(200), "Cookie: inkhorn_token=\"",
                "Range: bytes=-5", "Expect: 100-continue", "Expect: 200-maybe", "Authorization: Bearer " + noise(50))));
        add("a path out of the pages", Set.of(400, 404), () -> get(pick("/../../../etc/passwd",
                "/assets/../../../../etc/passwd", "/assets/%2e%2e/%2e%2e/etc/passwd", "/assets/..%2f..%2fsecret.txt",
                "/assets/..%5c..%5csecret.txt", "//etc/passwd", "/assets//etc/passwd", "/./secret.txt",
                "/%2e%2e%2fsecret.txt", "/assets/..;/secret.txt", "/secret.txt", "/config.yaml", "/small/config.yaml",
                "/assets/%252e%252e%252fsecret.txt", "/assets/\u00c0\u00ae\u00c0\u00ae/secret.txt",
                "/assets/style.css%00.html", "/inkhorn/serve/style.css", "/META-INF/MANIFEST.MF"), ""));
        add("a run that is none", Set.of(400, 404), () -> get("/api/run/" + pick("curves", "events") + "?run="
                + pick("..", "../secret.txt", "%2e%2e%2fsecret.txt", "/etc", "small/..", "small%00", "%ff%fe", "",
                "small/config.yaml", noiseOf("abc/.%", 30)), ""));
        add("a percent sign too many", Set.of(0, 400, 404), () -> get(pick("/%", "/%zz", "/%4", "/assets/%e0%80%af",
                "/api/run/curves?run=%", "/api/run/curves?run=%zz", "/?%%%%", "/%u0041"), ""));
        add("another site", Set.of(403), () -> get(pick(PATHS), "Origin: " + pick("http://example.org", "null",
                "https://127.0.0.1.example.org", "http://127.0.0.1:1", "file://", "http://[", noiseOf("a:/.[]", 20))));
        add("another name (DNS rebinding)", Set.of(400, 403), () -> text("GET " + pick(PATHS) + " HTTP/1.1\r\n"
                + pick("Host: example.org", "Host: 127.0.0.1.example.org:8080", "Host: localhost.example.org",
                "Host: 192.168.0.1", "Host: [::2]", "Host: 127.0.0.1@example.org", "Host:", "X: y")
                + "\r\nConnection: close\r\n\r\n"));
        add("another method", Set.of(0, 400, 404, 405, 501), () -> text(pick("DELETE", "PUT", "TRACE", "OPTIONS",
                "PATCH", "PROPFIND", "CONNECT", "G\u0001T") + " " + pick(PATHS) + " HTTP/1.1\r\n" + host
                + "Connection: close\r\n\r\n"));
        add("no HTTP", Set.of(0, 400, 505), () -> text(pick("GET\r\n\r\n", "GET /\r\n\r\n", "GET / HTTP/9.9\r\n\r\n",
                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\u0016\u0003\u0001\u0002\u0000\u0001", "\r\n\r\n\r\n",
                "GET http://example.org/ HTTP/1.1\r\n\r\n", "* * *\r\n\r\n", "SSH-2.0-x\r\n")));
        add("noise", Set.of(0, 400), () -> {
            byte[] noise = new byte[1 + below(3000)];
            random.nextBytes(noise);
            return noise;
        });
        add("an address without end", Set.of(0, 400, 414, 431), () -> get("/" + "a".repeat(40_000 + below(100_000)),
                ""));
        add("a thousand parameters", Set.of(0, 400), () -> get("/api/runs?" + "a=1&".repeat(1000), ""));
        add("an event that was never sent", Set.of(200, 503), () -> get("/api/run/events?run=small", "Last-Event-ID: "
                + pick("-1", "9223372036854775807", "x", "", "0", noiseOf("0123456789", 25))));
    }

    private void add(String kind, Set<Integer> proper, Maker maker) {
        kinds.put(kind, new Kind(proper, maker));
    }

    /** All kinds by turns. */
    Attack next(int i) {
        List<Map.Entry<String, Kind>> all = List.copyOf(kinds.entrySet());
        Map.Entry<String, Kind> kind = all.get(i % all.size());
        return new Attack(kind.getKey(), kind.getValue().proper(), kind.getValue().maker().make());
    }

    /**
     * Sends bytes and reads what comes back, at most a megabyte; of an event stream what comes in a moment.
     *
     * @throws SocketTimeoutException where there is neither an answer nor an end
     */
    static String send(int port, byte[] request) throws IOException {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(PATIENCE_MS);
            try {
                OutputStream out = socket.getOutputStream();
                out.write(request);
                out.flush();
                socket.shutdownOutput();
                InputStream in = socket.getInputStream();
                byte[] part = new byte[8192];
                for (int n = in.read(part); n >= 0 && answer.size() < 1 << 20; n = in.read(part)) {
                    answer.write(part, 0, n);
                    if (answer.toString(StandardCharsets.ISO_8859_1).contains("text/event-stream")) {
                        break;
                    }
                }
            } catch (SocketException e) {
                // Closed while the rest was sent: what was answered before counts.
                return answer.toString(StandardCharsets.ISO_8859_1);
            }
        }
        return answer.toString(StandardCharsets.ISO_8859_1);
    }

    /** The status of an answer, 0 where there is none. */
    static int status(String answer) {
        return answer.matches("(?s)HTTP/1\\.[01] \\d{3} .*") ? Integer.parseInt(answer.substring(9, 12)) : 0;
    }

    private byte[] get(String path, String header) {
        return text("GET " + path + " HTTP/1.1\r\n" + host + (header.isEmpty() ? "" : header + "\r\n")
                + "Connection: close\r\n\r\n");
    }

    private byte[] post(String type, byte[] body) {
        byte[] head = text("POST /api/run/stop HTTP/1.1\r\n" + host + (type.isEmpty() ? "" : "Content-Type: " + type
                + "\r\n") + "Content-Length: " + body.length + "\r\nConnection: close\r\n\r\n");
        byte[] all = java.util.Arrays.copyOf(head, head.length + body.length);
        System.arraycopy(body, 0, all, head.length, body.length);
        return all;
    }

    /** What is left of an object after some of its bytes were changed: never JSON, for its first byte is none. */
    private byte[] damaged() {
        byte[] body = bytes("{\"run\": \"" + "s".repeat(1 + below(50)) + "\", \"a\": [1, 2.5e3, null]}");
        for (int i = 0; i < 3; i++) {
            body[below(body.length)] = (byte) random.nextInt();
        }
        body[0] = pick((byte) ')', (byte) 0, (byte) 0xff, (byte) ',');
        return below(20) == 0 ? new byte[0] : body;
    }

    private String headers(int count) {
        StringBuilder headers = new StringBuilder();
        for (int i = 0; i < count; i++) {
            headers.append("X-").append(i).append(": ").append(i).append("\r\n");
        }
        return headers.toString();
    }

    private String noise(int length) {
        byte[] noise = new byte[length];
        random.nextBytes(noise);
        return Base64.getEncoder().encodeToString(noise);
    }

    private String noiseOf(String alphabet, int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append(alphabet.charAt(below(alphabet.length())));
        }
        return text.toString();
    }

    private String pick(List<String> some) {
        return some.get(below(some.size()));
    }

    @SafeVarargs
    private <T> T pick(T... some) {
        return some[below(some.length)];
    }

    private int below(int bound) {
        return random.nextInt(bound);
    }

    private static byte[] text(String request) {
        return request.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] bytes(String body) {
        return body.getBytes(StandardCharsets.UTF_8);
    }
}
