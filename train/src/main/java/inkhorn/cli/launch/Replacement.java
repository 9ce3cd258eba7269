package inkhorn.cli.launch;

import com.sun.jna.Function;
import com.sun.jna.Platform;
import java.io.IOException;
import java.util.List;

/**
 * Replaces the program of this process by another one. The process keeps its id, its open files and its parent. An MPI
 * launcher may have passed a connection to the process as an open file, which a child process of Java would not
 * inherit.
 */
final class Replacement {
    private static final String C_LIBRARY = "c";

    /** {@code prctl}: the signal that the process gets when its parent has ended. */
    private static final int PR_SET_PDEATHSIG = 1;

    private static final int SIGKILL = 9;

    private Replacement() {
    }

    /**
     * Sets a variable of the environment, for the program to come.
     *
     * @param value may be empty
     */
    static void set(String name, String value) {
        Function.getFunction(C_LIBRARY, "setenv").invokeInt(new Object[] {name, value, 1});
    }

    /**
     * Becomes the program; returns only where that fails. On Linux the program ends when this process's parent does.
     *
     * @param command with the whole path of the program
     */
    static void become(List<String> command) throws IOException {
        if (Platform.isLinux()) {
            Function.getFunction(C_LIBRARY, "prctl").invokeInt(new Object[] {PR_SET_PDEATHSIG, (long) SIGKILL, 0L, 0L,
                0L});
        }
        Function.getFunction(C_LIBRARY, "execv", 0, "UTF-8").invokeInt(new Object[] {command.get(0),
            command.toArray(new String[0])});
        throw new IOException("execv failed");
    }
}
