package inkhorn.config;

import inkhorn.nn.config.Check;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Section {@code run}: the name and the seed of the run, its directory, and where its records are written.
 *
 * @param name the run's name, usable as a directory name; {@link ConfigLoader} takes the config file's name if it gives
 *     none
 * @param seed all randomness of the run follows from it
 * @param out  the run directory; {@code checkpoints/<name>} if null is given
 * @param logTo words of {@link LogTarget}; jsonl is put before them where it is missing
 * @param mlflowUri an MLflow tracking server's address that hears of the run; null for none
 * @param mlflowExperiment the experiment there that the run belongs to
 */
public record RunIdentity(String name, long seed, String out, List<String> logTo, String mlflowUri,
        String mlflowExperiment) {
    /** Where runs lie unless their config says otherwise. */
    public static final Path PARENT = Path.of("checkpoints");
    private static final String FORBIDDEN = "/\\:*?\"<>|";

    public RunIdentity {
        new Check("run").that(isDirectoryName(name), "name", "found " + Scalar.quote(name)
                + ", expected a name usable as a directory: not empty, no leading dot, none of " + FORBIDDEN).done();
        out = out == null ? PARENT + "/" + name : out;
        new Check("run").that(isPath(out), "out", "found " + Scalar.quote(out) + ", expected a directory").done();
        List<String> targets = Arrays.stream(LogTarget.values()).map(Scalar::show).toList();
        new Check("run").that(targets.containsAll(logTo), "log_to", "found " + String.join(", ", logTo)
                + ", expected a list of " + String.join(", ", targets))
                .that(mlflowUri == null || isServer(mlflowUri), "mlflow_uri", "found " + Scalar.quote(mlflowUri)
                        + ", expected the http or https address of an MLflow tracking server, such as"
                        + " http://127.0.0.1:5000; name and password go into MLFLOW_TRACKING_USERNAME and"
                        + " MLFLOW_TRACKING_PASSWORD, not into the address")
                .that(mlflowExperiment != null && !mlflowExperiment.isBlank(), "mlflow_experiment",
                        "found nothing, expected a name").done();
        logTo = Stream.concat(Stream.of(Scalar.show(LogTarget.JSONL)), logTo.stream()).distinct().toList();
    }

    /** nanoGPT's seed. */
    public static RunIdentity defaults() {
        return new RunIdentity("inkhorn", 1337, null, List.of(Scalar.show(LogTarget.JSONL)), null, "inkhorn");
    }

    public Path directory() {
        return Path.of(out);
    }

    /** Whether the records go there. */
    public boolean logsTo(LogTarget target) {
        return logTo.contains(Scalar.show(target));
    }

    /** An address without a name and password, which would stand in the run directory and in reports. */
    private static boolean isServer(String address) {
        try {
            URI uri = new URI(address);
            return ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme())) && uri.getHost() != null
                    && uri.getUserInfo() == null && uri.getQuery() == null && uri.getFragment() == null;
        } catch (URISyntaxException e) {
            return false;
        }
    }

    private static boolean isDirectoryName(String name) {
        return name != null && !name.isBlank() && name.charAt(0) != '.' && name.strip().equals(name)
                && name.chars().noneMatch(c -> c < ' ' || FORBIDDEN.indexOf(c) >= 0);
    }

    private static boolean isPath(String path) {
        try {
            Path.of(path);
            return !path.isBlank();
        } catch (InvalidPathException e) {
            return false;
        }
    }
}
