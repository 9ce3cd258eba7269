package inkhorn.data.source;

import inkhorn.data.ByteProgress;
import inkhorn.data.DataException;
import inkhorn.data.files.AtomicFiles;
import inkhorn.data.files.Hashes;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds the text that {@code data.dataset} and {@code data.path} mean. */
public final class DataSets {
    public static final String TINY_SHAKESPEARE = "tiny-shakespeare";
    /** A data set's text, in its directory. */
    public static final String INPUT = "input.txt";

    private static final Logger LOG = LoggerFactory.getLogger(DataSets.class);
    private static final Download PUBLISHED = new Download(
            URI.create("https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt"),
            1_115_394,
            "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",
            Duration.ofSeconds(3),
            Duration.ofSeconds(5));

    private final Path setsDirectory;
    private final Download tinyShakespeare;

    /** @param setsDirectory where data sets lie, each in a directory of its name: {@code data/sets} */
    public DataSets(Path setsDirectory) {
        this(setsDirectory, PUBLISHED);
    }

    DataSets(Path setsDirectory, Download tinyShakespeare) {
        this.setsDirectory = setsDirectory;
        this.tinyShakespeare = tinyShakespeare;
    }

    /**
     * With a data set's name: {@code <sets>/<name>/input.txt}, then {@code path}; for {@code tiny-shakespeare} also the
     * download, which is kept, and last the corpus built into the jar. With a path alone: that file, under the name of
     * its stem. With neither: {@code tiny-shakespeare}.
     *
     * @param dataset a name, or null or blank for none
     * @param path a UTF-8 text file or a directory of them, or null for none; it must exist even where the data set's
     *     own file comes first
     * @return the text; its warnings, for the caller to show, say what is used instead of what was asked for
     * @throws DataException if there is no such text, or it cannot be read
     */
    public Corpus resolve(String dataset, Path path, ByteProgress progress) {
        return resolve(dataset, path, DataFormat.TEXT, progress);
    }

    /** As above, for sources of any format; those of instructions are what {@code path} names. */
    public Corpus resolve(String dataset, Path path, DataFormat format, ByteProgress progress) {
        if (format == DataFormat.INSTRUCTIONS) {
            return Corpus.ofFiles(requireName(dataset), List.of(path), format.globs(), "data.path");
        }
        if (path != null) {
            InputFiles.find(List.of(path), List.of(), "data.path");
        }
        return find(dataset == null || dataset.isBlank() ? null : dataset.strip(), path, progress);
    }

    private Corpus find(String dataset, Path path, ByteProgress progress) {
        if (dataset == null && path != null) {
            return fromFile(nameOf(path), path, "data.path");
        }
        String name = dataset == null ? TINY_SHAKESPEARE : requireName(dataset);
        Path own = setsDirectory.resolve(name).resolve(INPUT);
        if (Files.exists(own)) {
            return fromOwnFile(name, own, path);
        }
        if (path != null) {
            return fromFile(name, path, "data.path");
        }
        if (name.equals(TINY_SHAKESPEARE)) {
            return fromNetwork(own, progress);
        }
        throw new DataException("data.dataset: no data set '" + name + "' (" + own
                + " does not exist); put the text there, give --data.path=FILE, or use " + TINY_SHAKESPEARE);
    }

    private Corpus fromOwnFile(String name, Path own, Path path) {
        Corpus corpus = fromFile(name, own, "data.dataset " + name);
        if (path != null && !isSameFile(own, path)) {
            corpus = corpus.withWarning("data.path: " + path + " is not used, because " + own
                    + " comes first for data.dataset " + name
                    + "; to use it, leave data.dataset empty or give the text a name of its own");
        }
        String hash = name.equals(TINY_SHAKESPEARE) ? hash(own) : tinyShakespeare.sha256();
        if (!hash.equals(tinyShakespeare.sha256())) {
            corpus = corpus.withWarning(own + ": not the published " + TINY_SHAKESPEARE + " (SHA-256 " + hash
                    + "), so published losses do not compare; delete it to have it downloaded again");
        }
        return corpus;
    }

    private Corpus fromNetwork(Path own, ByteProgress progress) {
        URI address = tinyShakespeare.address();
        progress.started("downloading " + address);
        progress.bytes(0, tinyShakespeare.size());
        byte[] bytes;
        try {
            bytes = tinyShakespeare.fetch(progress);
        } catch (Download.FailedException e) {
            LOG.debug("download failed", e);
            return builtIn(own, e.getMessage());
        }
        Corpus corpus = Corpus.of(TINY_SHAKESPEARE, address.toString(), new String(bytes, StandardCharsets.UTF_8));
        try {
            Files.createDirectories(own.getParent());
            AtomicFiles.write(own, bytes);
            return corpus;
        } catch (IOException e) {
            return corpus.withWarning(own + ": the download cannot be kept (" + AtomicFiles.reason(e)
                    + "), so the next run downloads it again; make the directory writable");
        }
    }

    private Corpus builtIn(Path own, String downloadFailure) {
        String text = BuiltInCorpus.text();
        Corpus corpus = Corpus.of(TINY_SHAKESPEARE, BuiltInCorpus.DESCRIPTION, text);
        return corpus.withWarning("data.dataset: using " + BuiltInCorpus.DESCRIPTION + ", "
                + text.codePointCount(0, text.length())
                + " characters, instead of " + TINY_SHAKESPEARE + ": " + own + " does not exist and the download of "
                + tinyShakespeare.address() + " failed (" + downloadFailure + "); put the file at "
                + own.toAbsolutePath().normalize() + " or give --data.path=FILE");
    }

    private static Corpus fromFile(String name, Path file, String what) {
        return Corpus.ofFiles(name, List.of(file), List.of(), what);
    }

    private static String hash(Path file) {
        try {
            return Hashes.sha256(file);
        } catch (IOException e) {
            throw new DataException(file + ": cannot be read (" + AtomicFiles.reason(e) + "); make it readable", e);
        }
    }

    private static boolean isSameFile(Path a, Path b) {
        try {
            return Files.isSameFile(a, b);
        } catch (IOException e) {
            return false;
        }
    }

    private static String requireName(String dataset) {
        if (!isName(dataset)) {
            throw new DataException("data.dataset: '" + dataset
                    + "' is not a name; allowed: letters, digits, '.', '_' and '-', not beginning with '.'; give a "
                    + "file with --data.path=FILE");
        }
        return dataset;
    }

    /** Whether a data set can be called so. */
    public static boolean isName(String name) {
        return name.matches("[\\p{L}\\p{N}_-][\\p{L}\\p{M}\\p{N}._-]*");
    }

    /** {@code texts/My novel.v2.txt} is the data set {@code My-novel.v2}. */
    public static String nameOf(Path path) {
        String file = String.valueOf(path.toAbsolutePath().normalize().getFileName());
        int dot = file.lastIndexOf('.');
        String stem = (dot > 0 ? file.substring(0, dot) : file).replaceAll("[^\\p{L}\\p{M}\\p{N}._-]", "-");
        return isName(stem) ? stem : "text-" + stem.replaceAll("^[.\\p{M}]+", "");
    }
}
