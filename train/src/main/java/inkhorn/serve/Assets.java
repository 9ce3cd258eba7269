package inkhorn.serve;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The pages, styles and scripts in the jar. They are a fixed list, so that a path in a request can never name another
 * file.
 */
final class Assets {

    private static final Map<String, String> TYPES = Map.of("html", "text/html; charset=utf-8",
            "css", "text/css; charset=utf-8", "js", "text/javascript; charset=utf-8", "svg", "image/svg+xml");
    private static final String OWN = "/inkhorn/serve/";
    /** The drawing of attention, which a page of one file has within itself too. */
    private static final String ATTENTION = "/inkhorn/inspect/attention";
    private static final String UPLOT = "/META-INF/resources/webjars/uplot/" + UPlot.VERSION + "/dist/";

    private Assets() {
    }

    /** The version of the library in the jar. */
    private static final class UPlot {
        private static final String VERSION = "1.6.30";
    }

    /**
     * @param pages names of pages: {@code play} is the address /play and the resource play.html
     * @param files scripts, styles and pictures by their names, under /assets/
     */
    static List<Route> routes(List<String> pages, List<String> files) {
        List<Route> routes = new ArrayList<>();
        for (String page : pages) {
            routes.add(route(page.equals("index") ? "/" : "/" + page, OWN + page + ".html"));
        }
        for (String file : files) {
            routes.add(route("/assets/" + file, OWN + file));
        }
        routes.add(route("/assets/attention.js", ATTENTION + ".js"));
        routes.add(route("/assets/attention.css", ATTENTION + ".css"));
        routes.add(route("/assets/uplot.js", UPLOT + "uPlot.esm.js"));
        routes.add(route("/assets/uplot.css", UPLOT + "uPlot.min.css"));
        return routes;
    }

    private static Route route(String path, String resource) {
        byte[] content = content(resource);
        String type = TYPES.get(resource.substring(resource.lastIndexOf('.') + 1));
        return Route.get(path, request -> request.reply(200, type, content));
    }

    private static byte[] content(String resource) {
        try (InputStream in = Assets.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("not in the jar: " + resource);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
