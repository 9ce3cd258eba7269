package inkhorn.inspect;

import inkhorn.config.UserError;
import inkhorn.data.files.Hashes;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * One HTML page that needs nothing beside itself: style, script and data stand inside, and its content security
 * policy lets nothing else run or load.
 */
public final class AttentionPage {
    /** Scores in one page, about 20 MB of text: beyond, browsers get slow. */
    private static final long MOST_SCORES = 2_000_000;

    private static final String START = "\ndrawAttention(document.getElementById('attention'),"
            + " JSON.parse(document.getElementById('data').textContent));\n";

    private AttentionPage() {}

    /** @throws UserError when the chosen heads of so long a prompt make a page too large to open */
    public static String of(AttentionView view) throws IOException {
        long heads = (long) view.layers().size() * view.heads().size();
        int time = view.tokens().size();
        int most = mostTokens(heads);
        if (time > most) {
            throw new UserError("--html: " + heads + " heads with " + time
                    + " tokens are too much for a page; give at most " + most
                    + " tokens, or choose a --layer or a --head");
        }
        String style = resource("/inkhorn/serve/style.css") + resource("attention.css");
        String script = resource("attention.js") + START;
        String policy = "default-src 'none'; script-src '" + hash(script) + "'; style-src '" + hash(style)
                + "'; base-uri 'none'; form-action 'none'";
        return resource("attention.html").replace("@POLICY@", policy).replace("@STYLE@", style)
                .replace("@SCRIPT@", script)
                .replace("@DATA@", forScript(AttentionData.forPage(view)));
    }

    /** Tokens of a text of which a page shows this many heads. */
    public static int mostTokens(long heads) {
        return (int) Math.sqrt((double) MOST_SCORES / heads);
    }

    /**
     * JSON has these characters in its strings only, where they may be written as numbers: none can end the element.
     */
    static String forScript(String json) {
        return json.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
                .replace("\u2028", "\\u2028").replace("\u2029", "\\u2029");
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = AttentionPage.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).replace("\r\n", "\n");
        }
    }

    /** As a policy names a script or a style that stands in the page. */
    private static String hash(String content) {
        byte[] digest = Hashes.digest().digest(content.getBytes(StandardCharsets.UTF_8));
        return "sha256-" + Base64.getEncoder().encodeToString(digest);
    }
}
