package inkhorn.serve.runs;

import inkhorn.checkpoint.Checkpoint;
import inkhorn.serve.RequestException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** All runs that are currently under a directory, and additional runs that are named. */
public final class RunFolders {

    private final Path root;
    private final List<Path> named;
    private final Map<Path, RunFolder> known = new LinkedHashMap<>();

    /**
     * @param root  need not exist
     * @param named runs, which need not exist yet, or checkpoints in runs
     */
    public RunFolders(Path root, List<Path> named) {
        this.root = root;
        this.named = List.copyOf(named);
    }

    /** Whether a training has written into a directory. */
    public static boolean isRun(Path directory) {
        return RunFolder.isRun(directory);
    }

    /** The runs right under a directory that have a checkpoint. */
    public static List<Path> withCheckpoint(Path root) throws IOException {
        return under(root).stream().filter(run -> Checkpoint.newestStep(run).isPresent()).toList();
    }

    private static List<Path> under(Path root) throws IOException {
        List<Path> runs = new ArrayList<>();
        if (Files.isDirectory(root)) {
            try (DirectoryStream<Path> directories = Files.newDirectoryStream(root, RunFolder::isRun)) {
                directories.forEach(runs::add);
            }
        }
        runs.sort(null);
        return runs;
    }

    /** The runs that there are now, by names that browsers use. */
    synchronized Map<String, RunFolder> all() throws IOException {
        Set<Path> paths = new LinkedHashSet<>();
        named.stream().map(path -> RunFolder.isRun(path) ? path : path.toAbsolutePath().getParent())
                .filter(RunFolder::isRun).forEach(paths::add);
        paths.addAll(under(root));
        Map<String, RunFolder> all = new LinkedHashMap<>();
        PathNames.of(paths).forEach((name, path) -> all.put(name, known.computeIfAbsent(path, RunFolder::new)));
        known.values().retainAll(all.values());
        return all;
    }

    /** @throws RequestException where no run has this name */
    RunFolder get(String name) throws IOException {
        RunFolder folder = all().get(name);
        if (folder == null) {
            throw RequestException.notFound("run: there is none of the name " + name);
        }
        return folder;
    }
}
