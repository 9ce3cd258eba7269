package inkhorn.cli;

/** Lets the benchmarks start as {@code train.jar} does: by its own relaunch, so with its JVM flags. In this package to reach it. */
public final class BenchRelaunch {

    private BenchRelaunch() {
    }

    /** The second JVM's exit code, or null if this JVM is the second and is to do the work. */
    public static Integer run(String mainClass, String[] args) {
        return Relaunch.run(mainClass, args);
    }

    /** The process that waits for this one and holds memory of its own, or -1. */
    public static long launcher() {
        return Long.getLong(JvmArguments.PARENT_PROPERTY, -1);
    }

    /** Ends this JVM when the one that started it is gone. */
    public static void watchLauncher() {
        ParentWatch.start();
    }
}
