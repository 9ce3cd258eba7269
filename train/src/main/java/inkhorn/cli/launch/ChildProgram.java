package inkhorn.cli.launch;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Starts the program once more, beside this process and with its JVM's flags; it ends when this process is gone. */
public final class ChildProgram {

    private static final String HEAP_SHARE = "-XX:MaxRAMPercentage=";

    private ChildProgram() {
    }

    /**
     * Starts a command.
     *
     * @param mainClass the program's
     * @param words     its arguments
     * @param share     how many such processes share the memory
     * @param output    what it prints is appended there
     */
    public static Process start(String mainClass, List<String> words, int share, Path output) throws IOException {
        boolean isWindows = System.getProperty("os.name").startsWith("Windows");
        List<String> command = new ArrayList<>();
        command.add(System.getProperty("java.home") + File.separator + "bin" + File.separator
                + (isWindows ? "java.exe" : "java"));
        command.addAll(flags(Relaunch.userOptions(), share));
        command.add("-D" + JvmArguments.PARENT_PROPERTY + "=" + ProcessHandle.current().pid());
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(mainClass);
        command.addAll(words);
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()));
        Process process = builder.start();
        process.getOutputStream().close();      // nobody is there to be asked
        return process;
    }

    /** Those of this JVM, without what is about this one alone. */
    static List<String> flags(List<String> own, int share) {
        List<String> flags = new ArrayList<>();
        for (String flag : own) {
            boolean isOfThisOne = flag.startsWith("-D" + JvmArguments.PARENT_PROPERTY + "=")
                    || flag.startsWith("-D" + AsciiLocale.ESCAPED_PROPERTY + "=") || flag.startsWith("-agentlib:jdwp")
                    || flag.startsWith("-Xrunjdwp");
            if (flag.startsWith(HEAP_SHARE)) {
                flags.add(HEAP_SHARE + Double.parseDouble(flag.substring(HEAP_SHARE.length())) / share);
            } else if (!isOfThisOne) {
                flags.add(flag);
            }
        }
        return flags;
    }
}
