package inkhorn.cli.launch;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Writes {@code inkhorn} and {@code inkhorn.cmd} into the directory of the jar during the build. These shell scripts
 * start Java with the flags of {@link JvmArguments}, and contain the condition of each flag.
 */
public final class StarterScripts {

    /** What a start of the program runs. */
    static final String MAIN_CLASS = "inkhorn.cli.Main";

    private StarterScripts() {
    }

    /** @param args the jar */
    public static void main(String[] args) throws IOException {
        write(Path.of(args[0]).toAbsolutePath().normalize().getParent());
    }

    static void write(Path directory) throws IOException {
        Path shell = Files.writeString(directory.resolve("inkhorn"), shell());
        if (!shell.toFile().setExecutable(true, false)) {
            throw new IOException(shell + ": cannot be made executable");
        }
        Files.writeString(directory.resolve("inkhorn.cmd"), windows());
    }

    private static String shell() throws IOException {
        String flags = JvmArguments.FLAGS.stream()
                .map(flag -> "flag '" + flag.option() + "' " + flag.needs() + shellPatterns(flag.unless()))
                .collect(Collectors.joining("\n"));
        return filled("inkhorn.sh", flags, shellPatterns(ClassArchive.UNLESS).strip());
    }

    private static String shellPatterns(String[] patterns) {
        return Arrays.stream(patterns)
                .map(pattern -> " '" + (pattern.contains("*") ? pattern : "*" + pattern + "*") + "'")
                .collect(Collectors.joining());
    }

    private static String windows() throws IOException {
        // Windows has no transparent huge pages.
        String flags = JvmArguments.FLAGS.stream().filter(flag -> flag.needs() != JvmFlag.Needs.HUGE_PAGES)
                .map(StarterScripts::windows).collect(Collectors.joining("\n"));
        return filled("inkhorn.cmd", flags, windowsPatterns(ClassArchive.UNLESS)).replace("\n", "\r\n");
    }

    private static String windows(JvmFlag flag) {
        String add = "set \"FLAGS=%FLAGS% " + flag.option() + "\"";
        String unlessChosen = flag.unless().length == 0 ? add
                : "set INKHORN_CHOSEN | findstr " + windowsPatterns(flag.unless()) + " >nul || " + add;
        return flag.needs() == JvmFlag.Needs.FEW_CORES ? "if defined FEW_CORES (" + unlessChosen + ")" : unlessChosen;
    }

    /** As regular expressions of {@code findstr}, within a word. */
    private static String windowsPatterns(String[] patterns) {
        return Stream.concat(Stream.of("/r"), Arrays.stream(patterns).map(pattern -> "/c:\""
                + pattern.replace("*", "[^ ]*") + "\"")).collect(Collectors.joining(" "));
    }

    private static String filled(String template, String flags, String archiveUnless) throws IOException {
        try (InputStream in = StarterScripts.class.getResourceAsStream(template)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .replace("@FLAGS@", flags)
                    .replace("@ARCHIVE_UNLESS@", archiveUnless)
                    .replace("@ARCHIVE_QUIET@", ClassArchive.QUIET)
                    .replace("@MANY_CORES@", Integer.toString(JvmFlag.MANY_CORES))
                    .replace("@MAIN@", MAIN_CLASS)
                    .replace("@PARENT@", JvmArguments.PARENT_PROPERTY + "=" + JvmArguments.NO_PARENT);
        }
    }
}
