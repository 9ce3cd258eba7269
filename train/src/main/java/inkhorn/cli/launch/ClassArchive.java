package inkhorn.cli.launch;

import java.io.File;
import java.util.List;

/**
 * The archive of loaded classes beside the jar, from which the second JVM starts. Without the archive, that JVM reads
 * and verifies three thousand classes, because the JDK's own archive is for objects at multiples of 8 bytes.
 * {@link ClassArchiveBuild} writes it. A JVM uses only an archive that the same version wrote for exactly this jar, so
 * there is a file for each version. Otherwise the JVM ignores the archive, and the program only starts more slowly.
 * Loaded by the first JVM.
 */
final class ClassArchive {

    static final String SUFFIX = ".jsa";

    /** What the user may have chosen instead, as in {@link JvmFlag}. */
    static final String[] UNLESS = {"-XX:SharedArchiveFile*", "-Xshare*", "-XX:AOT*"};

    /** An archive that does not fit after all is no reason for a warning: the classes are in the jar. */
    static final String QUIET = "-Xlog:cds=off";

    private ClassArchive() {
    }

    /** Where the archive of a jar lies for JVMs of this one's version. */
    static File of(File jar) {
        return new File(jar.getAbsoluteFile().getParentFile(),
                stem(jar).concat("-").concat(System.getProperty("java.vm.version")).concat(SUFFIX));
    }

    static String stem(File jar) {
        String name = jar.getName();
        return name.endsWith(".jar") ? name.substring(0, name.length() - ".jar".length()) : name;
    }

    /**
     * The options with which a JVM starts from the archive of a jar, if there is one.
     *
     * @param chosen the user's options, which stand where they are about archives
     */
    static List<String> options(File jar, List<String> chosen) {
        if (JvmFlag.isChosen(chosen, UNLESS)) {
            return List.of();
        }
        File archive = of(jar);
        return archive.isFile() ? List.of("-XX:SharedArchiveFile=".concat(archive.getPath()), QUIET) : List.of();
    }
}
