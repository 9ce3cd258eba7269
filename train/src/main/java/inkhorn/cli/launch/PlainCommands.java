package inkhorn.cli.launch;

import java.util.Set;

/**
 * The commands with too little arithmetic to need a second JVM. They read, count, copy and print, and they run in the
 * first JVM, without the Vector API. A test compares the names with the commands. Loaded by the first JVM.
 */
public final class PlainCommands {

    public static final Set<String> NAMES = Set.of("describe", "tokenize", "inspect-data", "download", "import");

    private PlainCommands() {
    }

    /** Whether nothing is to be computed: for such a command, or where only help is asked for. */
    static boolean isNamedBy(String[] args) {
        if (args.length == 0 || NAMES.contains(args[0])) {
            return true;
        }
        for (String arg : args) {
            switch (arg) {
                case "--help", "-h", "--version", "-V":
                    return true;
                default:
            }
        }
        return false;
    }
}
