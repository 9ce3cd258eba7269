package inkhorn.cli.launch;

import inkhorn.autograd.kernel.JdkVectorModule;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.module.ModuleFinder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * Starts the program a second time with the JVM flags that {@code java -jar} cannot give itself, and in a JVM with
 * these flags loads the Vector API. The second JVM has the terminal, gets the signals, and its exit code is the
 * program's.
 */
public final class Relaunch {

    private static final int KILLED = 128 + 9;
    private static final int INTERRUPT = 2;
    private static final int TERMINATED = 128 + 15;

    private static final String LOCALE = "LC_ALL";
    private static final String UTF_8 = "C.UTF-8";

    private static final String WITHOUT_MODULE = "this Java does not give the module "
            .concat(JdkVectorModule.NAME).concat(": going on with the slower scalar kernels");

    private Relaunch() {
    }

    /**
     * The second JVM's exit code, or null if this JVM is to do the work; the second JVM starts with {@code mainClass}
     * again.
     */
    public static Integer run(String mainClass, String[] args) {
        if (System.getProperty(JvmArguments.PARENT_PROPERTY) != null) {
            if (!PlainCommands.isNamedBy(args) && !JdkVectorModule.load()) {
                System.err.println(WITHOUT_MODULE);
            }
            return null;
        }
        if (!isWanted(args)) {
            return null;
        }
        String home = System.getProperty("java.home");
        boolean isWindows = System.getProperty("os.name").startsWith("Windows");
        String java = home.concat(isWindows ? "\\bin\\java.exe" : "/bin/java");
        if (!new File(java).canExecute() || !hasVectorModule(home)) {
            System.err.println(WITHOUT_MODULE);
            return null;
        }
        String classPath = System.getProperty("java.class.path");
        List<String> environment = environmentOptions(System.getenv());
        List<String> options = new ArrayList<>();
        MpiEnvironment mpi = new MpiEnvironment(System.getenv());
        if (mpi.isLaunched()) {
            options.add("--enable-native-access=ALL-UNNAMED");
        }
        if (mpi.onThisMachine() > 1) {
            options.add(JvmArguments.heapShare(mpi.onThisMachine()));
        }
        options.addAll(userOptions());
        List<String> chosen = new ArrayList<>(options);
        chosen.addAll(environment);
        options.addAll(ClassArchive.options(new File(classPath), chosen));
        if (!JdkVectorModule.isLoadable()) {
            options.add("--add-modules");
            options.add(JdkVectorModule.NAME);
        }
        boolean isAscii = AsciiLocale.isHere();
        String[] words = args;
        if (isAscii && !AsciiLocale.areAscii(args)) {
            options.add("-D".concat(AsciiLocale.ESCAPED_PROPERTY).concat("=true"));
            words = AsciiLocale.escaped(args);
        }
        List<String> command = JvmArguments.command(java, options, environment, hugePages(),
                Runtime.getRuntime().availableProcessors(),
                classPath, mpi.isLaunched() ? JvmArguments.NO_PARENT : Long.toString(ProcessHandle.current().pid()),
                mainClass, words);
        if (mpi.isLaunched()) {
            return becomeSecond(command, isAscii);
        }
        ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
        if (isAscii) {
            builder.environment().put(LOCALE, UTF_8);
        }
        try {
            return waitFor(builder, isPrompting(args));
        } catch (IOException e) {
            System.err.println("could not start Java a second time: going on with the slower scalar kernels");
            return null;
        }
    }

    /** Not as a child, see {@link Replacement}. */
    private static Integer becomeSecond(List<String> command, boolean isAscii) {
        try {
            if (isAscii) {
                Replacement.set(LOCALE, UTF_8);
            }
            Replacement.become(command);
        } catch (IOException | LinkageError e) {
            System.err.println("could not start Java a second time: going on with the slower scalar kernels");
        }
        return null;
    }

    /** False if the module is there, and for what needs no arithmetic and no other locale. */
    static boolean isWanted(String[] args) {
        for (String arg : args) {
            if (arg.equals("--no-relaunch")) {
                return false;
            }
        }
        return !JdkVectorModule.isLoaded() && (!PlainCommands.isNamedBy(args) || AsciiLocale.isTooNarrowFor(args));
    }

    /**
     * By the list in the JDK's {@code release} file, which takes a fraction of {@code ModuleFinder}'s time, if there is
     * one.
     */
    private static boolean hasVectorModule(String home) {
        String release = read(home.concat("/release"));
        return release.contains("MODULES=") ? release.contains(JdkVectorModule.NAME)
                : ModuleFinder.ofSystem().find(JdkVectorModule.NAME).isPresent();
    }

    /**
     * Whether Ctrl-C is for the second JVM, which hears it from the terminal itself, and ends a text and not the
     * program.
     */
    private static boolean isPrompting(String[] args) {
        for (String arg : args) {
            if (arg.equals("--interactive")) {
                return true;
            }
        }
        return false;
    }

    private static int waitFor(ProcessBuilder builder, boolean isPrompting) throws IOException {
        Forwarder forwarder = new Forwarder(isPrompting);
        // Before the child starts: a signal in between would end this JVM and orphan the child.
        forwarder.install("INT");
        forwarder.install("TERM");
        forwarder.install("HUP");
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            // Ctrl-C reaches a child that has not become a JVM yet, too.
            if (forwarder.isSignalled()) {
                return forwarder.exitCode(TERMINATED);
            }
            throw e;
        }
        forwarder.to(process);
        while (true) {
            try {
                int code = process.waitFor();
                if (code == KILLED) {
                    System.err.println("error: the run was killed (signal 9), often for want of memory: lower"
                            + " train.batch_size or give a smaller -Xmx; --resume goes on from the last checkpoint");
                }
                return forwarder.exitCode(code);
            } catch (InterruptedException e) {
                // Nobody interrupts this thread on purpose; the child's exit is what it waits for.
                continue;
            }
        }
    }

    /**
     * Passes signals on as SIGTERM. On Ctrl-C the terminal signals the child as well; {@link Shutdown} takes the two
     * for one. A handler and not a shutdown hook: within a hook the exit code could no longer be the child's.
     */
    private static final class Forwarder implements SignalHandler {

        private final boolean isPrompting;
        private Process child;
        private int first;

        Forwarder(boolean isPrompting) {
            this.isPrompting = isPrompting;
        }

        void install(String signal) {
            try {
                Signal.handle(new Signal(signal), this);
            } catch (IllegalArgumentException e) {
                // Not a signal of this system, or -Xrs keeps signals from us: then the JVM's own behaviour has to do.
                return;
            }
        }

        /** The child, which was told to end, is taken to have ended by the signal that we got. */
        synchronized int exitCode(int ofChild) {
            return first != 0 && ofChild == TERMINATED ? 128 + first : ofChild;
        }

        synchronized boolean isSignalled() {
            return first != 0;
        }

        synchronized void to(Process process) {
            child = process;
            if (first != 0) {
                child.destroy();
            }
        }

        @Override
        public synchronized void handle(Signal signal) {
            if (isPrompting && signal.getNumber() == INTERRUPT) {
                return;
            }
            first = first == 0 ? signal.getNumber() : first;
            if (child != null) {
                child.destroy();
            }
        }
    }

    static List<String> userOptions() {
        // The process's own arguments first: loading java.management takes tens of milliseconds, and its list also
        // holds JAVA_TOOL_OPTIONS, which the child would then get twice. Where the system does not tell them, it is the
        // fallback.
        Optional<String[]> arguments = ProcessHandle.current().info().arguments();
        return arguments.isPresent() ? JvmArguments.ofUser(arguments.get()) : Management.inputArguments();
    }

    /** A class of its own, so that java.management loads only if it is needed. */
    private static final class Management {

        static List<String> inputArguments() {
            return ManagementFactory.getRuntimeMXBean().getInputArguments();
        }
    }

    static List<String> environmentOptions(Map<String, String> environment) {
        List<String> words = new ArrayList<>();
        for (String name : new String[] {"JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS"}) {
            String value = environment.get(name);
            if (value != null) {
                for (String word : value.split("\\s+")) {
                    words.add(word);
                }
            }
        }
        return words;
    }

    /** Asked for where there are none, huge pages cost a warning line. */
    static boolean hugePages() {
        String modes = read("/sys/kernel/mm/transparent_hugepage/enabled");
        return !modes.isEmpty() && !modes.contains("[never]");
    }

    /** A small file's text, or nothing. By stream, as {@code Files} loads thirty classes more. */
    private static String read(String file) {
        try (FileInputStream in = new FileInputStream(file)) {
            return new String(in.readNBytes(1 << 16), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "";
        }
    }
}
