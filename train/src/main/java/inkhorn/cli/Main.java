package inkhorn.cli;

/**
 * The program's entry point. This class, {@link Relaunch} and what that uses are all that the first JVM loads: it is paid for twice,
 * so none of them uses picocli, logging, lambdas or string concatenation by {@code +} (each lambda or {@code +} bootstraps for
 * milliseconds in a fresh JVM).
 */
public final class Main {

    private Main() {
    }

    /** Runs a command and exits: 0 done, 1 the run failed, 2 the user's input is wrong. */
    public static void main(String[] args) {
        Integer code = Relaunch.run("inkhorn.cli.Main", args);
        System.exit(code != null ? code : Cli.run(args));
    }
}
