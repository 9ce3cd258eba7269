package inkhorn.serve.runs;

import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Short names for directories: the last part of each path, and as many parts before it as are needed to make the names
 * different. A checkpoint in a run is named after both, as in {@code char/best}.
 */
public final class PathNames {

    private PathNames() {
    }

    /** The paths by their names, in the same order; a path that is given twice has one name. */
    public static Map<String, Path> of(Collection<Path> paths) {
        Set<Path> distinct = new LinkedHashSet<>();
        paths.forEach(path -> distinct.add(path.toAbsolutePath().normalize()));
        List<Path> all = List.copyOf(distinct);
        Map<String, Path> named = new LinkedHashMap<>();
        for (Path path : all) {
            int parts = RunFolder.isRun(path.getParent()) ? 2 : 1;
            while (parts < path.getNameCount() && isAmbiguous(path, parts, all)) {
                parts++;
            }
            named.put(name(path, parts), path);
        }
        return named;
    }

    private static boolean isAmbiguous(Path path, int parts, List<Path> all) {
        return all.stream().filter(other -> name(other, parts).equals(name(path, parts))).count() > 1;
    }

    private static String name(Path path, int parts) {
        int count = path.getNameCount();
        if (count == 0) {
            return path.toString();
        }
        return path.subpath(Math.max(0, count - parts), count).toString().replace('\\', '/');
    }
}
