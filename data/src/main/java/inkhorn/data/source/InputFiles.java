package inkhorn.data.source;

import inkhorn.data.DataException;
import inkhorn.data.files.AtomicFiles;
import inkhorn.data.files.FileTrace;
import inkhorn.data.files.RegularFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystems;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Finds the texts that a user's files and directories hold, in an order that is the same on every platform. */
final class InputFiles {
    /** What a directory is searched for where the user does not say. */
    private static final List<String> TEXTS = Stream.of("*.txt", "*.text", "*.md", "*.jsonl", "*.ndjson")
            .flatMap(glob -> Stream.of(glob, glob + ".gz")).toList();

    private final List<String> globs;
    private final List<PathMatcher> matchers;
    private final String what;

    private InputFiles(List<String> globs, String what) {
        this.globs = globs;
        this.what = what;
        this.matchers = (globs.isEmpty() ? TEXTS : globs).stream().map(InputFiles::matcher).toList();
    }

    /**
     * @param inputs files, taken whatever they are called, and directories, searched at any depth in the order of their
     *     relative paths; what begins with a dot is passed over there. A file that is met twice counts once
     * @param globs what to take from directories, such as {@code *.java}: matched against the file's name, or against
     *     the path inside the directory where it has a slash; empty: the usual endings of texts
     * @param what led here, in front of messages: an option or config key
     * @throws DataException if an input does not exist or cannot be read, or a directory holds no such file
     */
    static List<TextSource> find(List<Path> inputs, List<String> globs, String what) {
        InputFiles files = new InputFiles(globs, what);
        Set<Path> seen = new HashSet<>();
        List<TextSource> found = new ArrayList<>();
        for (Path input : inputs) {
            if (!Files.exists(input)) {
                throw new DataException(what + ": " + input
                        + " does not exist; give the path of a UTF-8 text file or of a directory of them");
            }
            boolean isDirectory = Files.isDirectory(input);
            for (Path file : isDirectory ? files.within(input) : List.of(input)) {
                Path name = isDirectory ? input.relativize(file) : file.toAbsolutePath().normalize().getFileName();
                files.add(file, slashed(name), seen, found);
            }
        }
        return found;
    }

    private void add(Path file, String name, Set<Path> seen, List<TextSource> found) {
        if (!Files.isReadable(file)) {
            throw new DataException(what + ": " + file
                    + " cannot be read (permission denied); make it readable or give another file");
        }
        try {
            RegularFile.require(file);
            FileTrace.read(file);
            if (seen.add(file.toRealPath())) {
                found.add(TextSource.file(file, name));
            }
        } catch (IOException e) {
            throw new DataException(what + ": " + file + " cannot be read (" + AtomicFiles.reason(e)
                    + "); give another file", e);
        }
    }

    private List<Path> within(Path directory) {
        List<Path> found;
        try (Stream<Path> tree = Files.walk(directory, FileVisitOption.FOLLOW_LINKS)) {
            found = tree.filter(Files::isRegularFile).filter(file -> isWanted(directory.relativize(file)))
                    .sorted(Comparator.comparing(file -> slashed(directory.relativize(file)))).toList();
        } catch (IOException | UncheckedIOException e) {
            IOException cause = e instanceof UncheckedIOException unchecked ? unchecked.getCause() : (IOException) e;
            throw new DataException(what + ": " + directory + " cannot be searched (" + AtomicFiles.reason(cause) + ": "
                    + cause.getMessage() + "); make it readable or give its files one by one", cause);
        }
        if (found.isEmpty()) {
            throw new DataException(what + ": " + directory + " holds no text; looked at any depth for "
                    + (globs.isEmpty() ? "*.txt, *.text, *.md, *.jsonl and *.ndjson, also with .gz"
                    : String.join(", ", globs))
                    + "; choose with --glob, or give the files themselves");
        }
        return found;
    }

    private boolean isWanted(Path relative) {
        boolean hidden = IntStream.range(0, relative.getNameCount()).anyMatch(i -> relative.getName(i).toString()
                .startsWith("."));
        return !hidden && matchers.stream().anyMatch(matcher -> matcher.matches(relative));
    }

    private static PathMatcher matcher(String glob) {
        try {
            PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + glob);
            return glob.contains("/") ? matcher : path -> matcher.matches(path.getFileName());
        } catch (PatternSyntaxException e) {
            throw new DataException("--glob: found " + glob + ", which is no glob (" + e.getDescription()
                    + "); expected one such as '*.txt' or 'books/**.md'", e);
        }
    }

    private static String slashed(Path relative) {
        return IntStream.range(0, relative.getNameCount()).mapToObj(i -> relative.getName(i).toString())
                .collect(Collectors.joining("/"));
    }
}
