package inkhorn.serve.runs;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import inkhorn.data.files.Json;
import inkhorn.serve.Feature;
import inkhorn.serve.Request;
import inkhorn.serve.RequestException;
import inkhorn.serve.Route;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** The pages Runs and Live run: what the runs' files say. */
public final class RunsFeature implements Feature {

    private final RunFolders folders;

    public RunsFeature(RunFolders folders) {
        this.folders = folders;
    }

    @Override
    public List<Route> routes() {
        return List.of(Route.get("/api/runs", this::list),
                Route.get("/api/run/curves", request -> request.reply(RunCurves.of(run(request).metrics()))));
    }

    private RunFolder run(Request request) throws IOException {
        return folders.get(request.query("run").orElseThrow(() -> RequestException.wrong("run",
                "run: missing; give the name of a run, as /api/runs has them")));
    }

    private void list(Request request) throws IOException {
        ObjectNode answer = Json.MAPPER.createObjectNode();
        ArrayNode runs = answer.putArray("runs");
        for (Map.Entry<String, RunFolder> run : folders.all().entrySet()) {
            runs.add(run.getValue().summary(run.getKey()));
        }
        request.reply(answer);
    }
}
