package inkhorn.cli;

/**
 * A program that relaunches itself as {@link Main} does: {@code exit N} ends with N, {@code wait} waits for a signal and then
 * "saves", {@code fail-to-stop} ignores the first one.
 */
final class RelaunchedProbe {

    private RelaunchedProbe() {
    }

    public static void main(String[] args) throws InterruptedException {
        Integer code = Relaunch.run("inkhorn.cli.RelaunchedProbe", args);
        System.exit(code != null ? code : probe(args));
    }

    private static int probe(String[] args) throws InterruptedException {
        ParentWatch.start();
        if (args[0].equals("exit")) {
            System.out.println("vector " + ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent() + ", " + args[2]
                    + ", " + System.getProperty("user.option"));
            return Integer.parseInt(args[1]);
        }
        Shutdown shutdown = Shutdown.install();
        shutdown.beginSaving();
        System.out.println("ready " + ProcessHandle.current().pid());
        while (!shutdown.isRequested() || args[0].equals("fail-to-stop")) {
            Thread.sleep(10);
        }
        System.out.println("saved");
        return shutdown.exitCode();
    }
}
