package inkhorn.cli;

import inkhorn.serve.Feature;
import inkhorn.serve.api.ApiFeature;
import inkhorn.serve.model.ServedModels;
import inkhorn.serve.play.InsideFeature;
import inkhorn.serve.play.PlayFeature;
import inkhorn.serve.runs.LiveTraining;
import inkhorn.serve.runs.RunFolders;
import inkhorn.serve.runs.RunsFeature;
import java.util.List;

/** The features of the program's server, both as a command of its own and beside a training. */
final class ServerFeatures {

    private ServerFeatures() {
    }

    /** @param live a training of this process, or null */
    static List<Feature> of(ServedModels models, RunFolders runs, LiveTraining live) {
        return List.of(new RunsFeature(runs, live), new PlayFeature(models), new InsideFeature(models),
                new ApiFeature(models));
    }
}
