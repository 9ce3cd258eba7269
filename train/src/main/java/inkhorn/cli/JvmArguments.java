package inkhorn.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The command line of the second JVM, computed from that of the first. Pure functions; no lambdas, see {@link Main}. */
final class JvmArguments {

    static final String VECTOR_MODULE = "jdk.incubator.vector";
    static final String PARENT_PROPERTY = "inkhorn.parent";

    /** Options of {@code java} whose value is the next argument. */
    private static final Set<String> WITH_VALUE = Set.of("-cp", "-classpath", "--class-path", "-p", "--module-path",
            "--upgrade-module-path", "--add-modules", "--limit-modules", "--add-reads", "--add-exports", "--add-opens",
            "--patch-module", "--enable-native-access");

    private static final String[] LOOPS = {"VectorUnary::*", "VectorRows::*", "VectorElementwise::*", "VectorAttention::*"};

    private static final int CORES_WITH_TWO_COMPILERS = 4;

    private JvmArguments() {
    }

    /**
     * What stands between {@code java} and the main class or {@code -jar} in a process's arguments, without the class path.
     *
     * @param arguments of the whole process, without the executable
     */
    static List<String> ofUser(String[] arguments) {
        List<String> options = new ArrayList<>();
        for (int i = 0; i < arguments.length; i++) {
            String argument = arguments[i];
            boolean isOption = argument.startsWith("-") || argument.startsWith("@");
            if (!isOption || argument.equals("-jar") || argument.equals("-m") || argument.equals("--module")) {
                break;
            }
            boolean paired = WITH_VALUE.contains(argument) && i + 1 < arguments.length;
            if (isClassPath(argument)) {
                i += paired ? 1 : 0;
                continue;
            }
            options.add(argument);
            if (paired) {
                options.add(arguments[++i]);
            }
        }
        return options;
    }

    /**
     * The second JVM's whole command line. Where the user chose a heap size, a collector or page sizes, on the command line or in
     * {@code JAVA_TOOL_OPTIONS} and its like, the choice stands.
     *
     * @param java        the executable
     * @param userOptions JVM options of the first JVM
     * @param environment the words of the environment's JVM options, which the second JVM reads for itself
     * @param hugePages   whether the system gives transparent huge pages to who asks
     * @param asciiLocale whether the locale's charset is ASCII
     * @param cores       of the machine
     * @param parent      process id of the first JVM
     */
    static List<String> command(String java, List<String> userOptions, List<String> environment, boolean hugePages,
            boolean asciiLocale, int cores, String classPath, long parent, String mainClass, String[] args) {
        List<String> chosen = new ArrayList<>(userOptions);
        chosen.addAll(environment);
        List<String> command = new ArrayList<>();
        command.add(java);
        command.add("--add-modules");
        command.add(VECTOR_MODULE);
        command.add("-Djdk.incubator.vector.VECTOR_ACCESS_OOB_CHECK=0");
        // JDK 22 to 24 load JLine for System.console() otherwise.
        command.add("-Djdk.console=java.base");
        command.add("-D".concat(PARENT_PROPERTY).concat("=").concat(Long.toString(parent)));
        // As Java 18 and later have it, for files; and for the terminal where the locale is C, as in most containers.
        command.add("-Dfile.encoding=UTF-8");
        if (asciiLocale) {
            command.add("-Dsun.stdout.encoding=UTF-8");
            command.add("-Dsun.stderr.encoding=UTF-8");
            command.add("-Dstdout.encoding=UTF-8");
            command.add("-Dstderr.encoding=UTF-8");
        }
        // A flag below that this JVM was built without must not stop it.
        command.add("-XX:+IgnoreUnrecognizedVMOptions");
        // One long polynomial on vectors is more nodes than the compiler inlines by itself (docs/LOG.md, "inlining").
        command.add("-XX:LiveNodeCountInliningCutoff=200000");
        command.add("-XX:MaxNodeLimit=400000");
        command.add("-XX:NodeLimitFudgeFactor=8000");
        // A loop inlines dozens of the Vector API's methods, each with some traps behind it that were sprung while classes were unknown:
        // beyond a hundred together the compiler no longer relies on any class (docs/LOG.md, "traps").
        command.add("-XX:PerMethodTrapLimit=1000000");
        command.add("-XX:CompileCommand=quiet");
        // Of the methods behind a gather the only one that is not inlined by annotation.
        command.add("-XX:CompileCommand=inline,jdk.incubator.vector.IntVector::species");
        // Each loop over vectors by itself, with all that it does with one: see VectorMath.
        compile(command, "inline", "VectorMath::*");
        for (String loops : LOOPS) {
            compile(command, "dontinline", loops);
        }
        // Until they are compiled, each of their vectors is an object: the compiler is to come sooner than to other code.
        compileSooner(command, "MicroKernel*::multiply", "0.05");
        compileSooner(command, "Vector*::*", "0.1");
        compileSooner(command, "Packing::*", "0.1");
        // On few cores Java has one optimizing compiler, which a first step would wait for.
        if (cores < CORES_WITH_TWO_COMPILERS && !anyContains(chosen, "CICompilerCount")) {
            command.add("-XX:CICompilerCount=3");
        }
        // So that packed operands begin on a cache line: a vector that crosses one costs the products a tenth of their speed or more.
        command.add("-XX:ObjectAlignmentInBytes=64");
        if (!anyContains(chosen, "-Xmx", "-XX:MaxHeapSize", "RAMPercentage", "RAMFraction")) {
            command.add("-XX:MaxRAMPercentage=75");
        }
        // A step allocates next to nothing, so the collector with the least memory of its own is the best one (docs/LOG.md, "memory").
        if (!anyCollector(chosen)) {
            command.add("-XX:+UseSerialGC");
            // All of a young generation becomes resident, whatever survives in it. Arrays too large for it are made in the old one.
            if (!anyContains(chosen, "-Xmn", "NewSize", "NewRatio")) {
                command.add("-Xmn16m");
            }
        }
        if (hugePages && !anyContains(chosen, "UseTransparentHugePages", "UseLargePages")) {
            command.add("-XX:+UseTransparentHugePages");
        }
        for (String option : userOptions) {
            // The first JVM holds the debugger's port.
            if (!option.startsWith("-agentlib:jdwp") && !option.startsWith("-Xrunjdwp")) {
                command.add(option);
            }
        }
        command.add("-cp");
        command.add(classPath);
        command.add(mainClass);
        for (String arg : args) {
            command.add(arg);
        }
        return command;
    }

    private static void compile(List<String> command, String how, String methods) {
        command.add("-XX:CompileCommand=".concat(how).concat(",inkhorn.autograd.kernel.").concat(methods));
    }

    private static void compileSooner(List<String> command, String methods, String scale) {
        compile(command, "CompileThresholdScaling", methods.concat(",").concat(scale));
    }

    private static boolean isClassPath(String argument) {
        return argument.equals("-cp") || argument.equals("-classpath") || argument.equals("--class-path")
                || argument.startsWith("--class-path=");
    }

    private static boolean anyContains(List<String> options, String... parts) {
        for (String option : options) {
            for (String part : parts) {
                if (option.contains(part)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean anyCollector(List<String> options) {
        for (String option : options) {
            if (option.startsWith("-XX:+Use") && option.endsWith("GC")) {
                return true;
            }
        }
        return false;
    }
}
