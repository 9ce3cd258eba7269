package inkhorn.cli.launch;

import inkhorn.autograd.kernel.JdkVectorModule;
import inkhorn.cli.launch.JvmFlag.Needs;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The command line of the second JVM, computed from that of the first. Pure functions. Loaded by the first JVM. */
public final class JvmArguments {

    /** Set where the JVM has our flags: to the process id of the JVM that waits for it, or to {@link #NO_PARENT}. */
    public static final String PARENT_PROPERTY = "inkhorn.parent";

    /** Of a JVM that a starter script became. */
    public static final String NO_PARENT = "none";

    private static final int HEAP_PERCENT = 75;

    /** Options of {@code java} whose value is the next argument. */
    private static final Set<String> WITH_VALUE = Set.of("-cp", "-classpath", "--class-path", "-p", "--module-path",
            "--upgrade-module-path", "--add-modules", "--limit-modules", "--add-reads", "--add-exports", "--add-opens",
            "--patch-module", "--enable-native-access");

    /** The flags of the JVM that computes, in the order of its command line; the user's own follow. */
    static final List<JvmFlag> FLAGS = List.of(
            JvmFlag.always(JdkVectorModule.LOAD_OPTION),
            JvmFlag.always("-Djdk.incubator.vector.VECTOR_ACCESS_OOB_CHECK=0"),
            // JDK 22 to 24 load JLine for System.console() otherwise.
            JvmFlag.always("-Djdk.console=java.base"),
            // Java 18 and later have it by default.
            JvmFlag.always("-Dfile.encoding=UTF-8"),
            // A flag below that this JVM was built without must not stop it.
            JvmFlag.always("-XX:+IgnoreUnrecognizedVMOptions"),
            // One long polynomial on vectors is more nodes than the compiler inlines by itself
            // (docs/log/inlining-and-allocation.md).
            JvmFlag.always("-XX:LiveNodeCountInliningCutoff=200000"),
            JvmFlag.always("-XX:MaxNodeLimit=400000"),
            JvmFlag.always("-XX:NodeLimitFudgeFactor=8000"),
            // A loop inlines dozens of the Vector API's methods, each with some traps that were sprung while classes
            // were unknown: beyond a hundred together the compiler no longer relies on any class
            // (docs/log/inlining-and-allocation.md).
            JvmFlag.always("-XX:PerMethodTrapLimit=1000000"),
            JvmFlag.always("-XX:CompileCommand=quiet"),
            // Of the methods behind a gather the only one that is not inlined by annotation.
            JvmFlag.always("-XX:CompileCommand=inline,jdk.incubator.vector.IntVector::species"),
            // Each loop over vectors by itself, with all that it does with one: see VectorMath.
            compile("inline", "loops.VectorMath::*"),
            compile("dontinline", "loops.VectorUnary::*"),
            compile("dontinline", "loops.VectorRows::*"),
            compile("dontinline", "loops.VectorElementwise::*"),
            compile("dontinline", "VectorAttention::*"),
            // Until they are compiled, each of their vectors is an object: the compiler is to come sooner than to other
            // code.
            compile("CompileThresholdScaling", "gemm.MicroKernel*::multiply,0.05"),
            compile("CompileThresholdScaling", "Vector*::*,0.1"),
            compile("CompileThresholdScaling", "loops.Vector*::*,0.1"),
            compile("CompileThresholdScaling", "gemm.Vector*::*,0.1"),
            compile("CompileThresholdScaling", "gemm.Packing::*,0.1"),
            // On few cores Java has one optimizing compiler, which a first step would wait for.
            new JvmFlag("-XX:CICompilerCount=3", Needs.FEW_CORES, "CICompilerCount"),
            // So that packed operands begin on a cache line: a vector that crosses one costs the products a tenth of
            // their speed or more.
            JvmFlag.always("-XX:ObjectAlignmentInBytes=64"),
            new JvmFlag(heapShare(1), Needs.NOTHING, "-Xmx", "-XX:MaxHeapSize", "RAMPercentage",
                    "RAMFraction"),
            // A step allocates next to nothing, so the collector with the least memory of its own is the best one
            // (docs/log/memory.md).
            new JvmFlag("-XX:+UseSerialGC", Needs.NOTHING, "-XX:+Use*GC"),
            // All of a young generation becomes resident, whatever survives in it. Arrays too large for it are made in
            // the old one.
            new JvmFlag("-Xmn16m", Needs.NOTHING, "-XX:+Use*GC", "-Xmn", "NewSize", "NewRatio"),
            new JvmFlag("-XX:+UseTransparentHugePages", Needs.HUGE_PAGES, "UseTransparentHugePages", "UseLargePages"));

    private JvmArguments() {
    }

    /**
     * What stands between {@code java} and the main class or {@code -jar} in a process's arguments, without the class
     * path.
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
     * The second JVM's whole command line. Where the user chose a heap size, a collector or page sizes, on the command
     * line or in {@code JAVA_TOOL_OPTIONS} and its like, the choice stands.
     *
     * @param java        the executable
     * @param userOptions JVM options of the first JVM
     * @param environment the words of the environment's JVM options, which the second JVM reads for itself
     * @param hugePages   whether the system gives transparent huge pages to programs that ask
     * @param cores       of the machine
     * @param parent      process id of the first JVM, or {@link #NO_PARENT}
     */
    public static List<String> command(String java, List<String> userOptions, List<String> environment,
            boolean hugePages, int cores, String classPath, String parent, String mainClass, String[] args) {
        List<String> chosen = new ArrayList<>(userOptions);
        chosen.addAll(environment);
        List<String> command = new ArrayList<>();
        command.add(java);
        command.add("-D".concat(PARENT_PROPERTY).concat("=").concat(parent));
        for (JvmFlag flag : FLAGS) {
            if (flag.applies(chosen, cores, hugePages)) {
                command.add(flag.option());
            }
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

    /** The heap of each of so many processes that share a machine. */
    static String heapShare(int processes) {
        return "-XX:MaxRAMPercentage=".concat(Integer.toString(HEAP_PERCENT / processes));
    }

    private static JvmFlag compile(String how, String methods) {
        return JvmFlag.always("-XX:CompileCommand=".concat(how).concat(",inkhorn.autograd.kernel.vector.")
                .concat(methods));
    }

    private static boolean isClassPath(String argument) {
        return argument.equals("-cp") || argument.equals("-classpath") || argument.equals("--class-path")
                || argument.startsWith("--class-path=");
    }
}
