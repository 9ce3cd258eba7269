package inkhorn.cli.launch;

import inkhorn.autograd.kernel.JdkVectorModule;
import java.nio.charset.CharacterCodingException;

/**
 * A program that relaunches itself as {@code inkhorn.cli.Main} does: {@code exit N} ends with N, {@code wait} waits for
 * a signal and then "saves", {@code fail-to-stop} ignores the first one.
 */
final class RelaunchedProbe {

    private RelaunchedProbe() {
    }

    public static void main(String[] args) throws InterruptedException, CharacterCodingException {
        String[] words = AsciiLocale.arguments(args);
        Integer code = Relaunch.run("inkhorn.cli.launch.RelaunchedProbe", words);
        System.exit(code != null ? code : probe(words));
    }

    private static int probe(String[] args) throws InterruptedException {
        ParentWatch.start();
        if (args[0].equals("exit")) {
            System.out.println("vector " + JdkVectorModule.isLoaded() + ", " + args[2]
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
