package inkhorn.cli.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

// A thread of its own, because a blocked read cannot be interrupted.
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class RelaunchTest {

    /** In a mask of signals: number 2. */
    private static final long SIGINT = 1 << 1;

    private Process parent;
    private ProcessHandle child;
    private BufferedReader output;

    @AfterEach
    void leaveNoProcess() {
        if (child != null) {
            child.destroyForcibly();
        }
        if (parent != null) {
            parent.destroyForcibly();
        }
    }

    @Test
    void theSecondJvmHasTheModuleTheOptionsAndTheArgumentsAndGivesTheExitCode() throws Exception {
        start(List.of("-Duser.option=of mine"), "exit", "7", "a b \"c\" ö");
        assertThat(nextLine()).isEqualTo("vector true, a b \"c\" ö, of mine");
        assertThat(exitCode()).isEqualTo(7);
    }

    @Test
    void argumentsBeyondAnAsciiLocaleArriveWhole() throws Exception {
        assumeTrue(Files.isReadable(Path.of("/proc/self/cmdline")), "the bytes of arguments");
        startIn("C", List.of(), "exit", "7", "日本 é \\u0041 😀");
        assertThat(outputInUtf8()).isEqualTo("vector true, 日本 é \\u0041 😀, null\n");
        assertThat(exitCode()).isEqualTo(7);
    }

    @Test
    void commandsWithoutArithmeticStayInOneJvm() {
        assertThat(Relaunch.isWanted(new String[] {"describe", "a.yaml"})).isFalse();
        assertThat(PlainCommands.isNamedBy(new String[] {"describe", "a.yaml"})).isTrue();
        assertThat(PlainCommands.isNamedBy(new String[] {"sample", "--help"})).isTrue();
        assertThat(PlainCommands.isNamedBy(new String[] {"a.yaml", "describe"})).isFalse();
    }

    @Test
    void noRelaunchStaysInOneJvm() throws Exception {
        start(List.of(), "exit", "7", "--no-relaunch");
        assertThat(nextLine()).isEqualTo("vector false, --no-relaunch, null");
        assertThat(exitCode()).isEqualTo(7);
    }

    @Test
    void sigtermReachesTheSecondJvmWhichSaves() throws Exception {
        startWaiting("wait");
        signal("TERM", parent.pid());
        assertThat(nextLine()).isEqualTo("saved");
        assertThat(exitCode()).isEqualTo(143);
    }

    @Test
    void ctrlCReachesBothJvmsAndCountsOnce() throws Exception {
        assumeFalse(isInterruptIgnored(), "Java leaves a SIGINT alone that it was started to ignore, as by & in a"
                + " script");
        startWaiting("wait");
        signal("INT", parent.pid(), child.pid());
        assertThat(nextLine()).isEqualTo("saved");
        assertThat(exitCode()).isEqualTo(130);
    }

    @Test
    void aSecondSignalStopsAtOnce() throws Exception {
        startWaiting("fail-to-stop");
        signal("TERM", parent.pid());
        assertThat(parent.waitFor(1200, TimeUnit.MILLISECONDS)).isFalse();
        signal("TERM", parent.pid());
        assertThat(nextLine()).isNull();
        assertThat(exitCode()).isEqualTo(143);
    }

    @Test
    void aKilledSecondJvmIsReported() throws Exception {
        startWaiting("wait");
        child.destroyForcibly();
        assertThat(nextLine()).startsWith("error: the run was killed (signal 9)");
        assertThat(exitCode()).isEqualTo(137);
    }

    @Test
    void aKilledFirstJvmTakesTheSecondWithIt() throws Exception {
        startWaiting("wait");
        parent.destroyForcibly();
        child.onExit().get(10, TimeUnit.SECONDS);
    }

    private static boolean isInterruptIgnored() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (!Files.isReadable(status)) {
            return false;
        }
        try (Stream<String> lines = Files.lines(status)) {
            return lines.filter(line -> line.startsWith("SigIgn:"))
                    .anyMatch(line -> (Long.parseUnsignedLong(line.substring("SigIgn:".length()).strip(),
                    16) & SIGINT) != 0);
        }
    }

    private void startWaiting(String mode) throws IOException {
        assumeTrue(!System.getProperty("os.name").startsWith("Windows"), "signals");
        start(List.of(), mode);
        String ready = nextLine();
        assertThat(ready).startsWith("ready ");
        child = ProcessHandle.of(Long.parseLong(ready.substring("ready ".length()))).orElseThrow();
    }

    private void start(List<String> options, String... args) throws IOException {
        startIn("C.UTF-8", options, args);
    }

    private void startIn(String locale, List<String> options, String... args) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "inkhorn.cli.launch.RelaunchedProbe"));
        command.addAll(List.of(args));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("LC_ALL", locale);
        parent = builder.start();
        output = parent.inputReader();
    }

    /** The next line that is not the JVM's own. */
    private String nextLine() throws IOException {
        String line = output.readLine();
        while (line != null && line.startsWith("Picked up")) {
            line = output.readLine();
        }
        return line;
    }

    private String outputInUtf8() throws IOException {
        return new String(parent.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    private int exitCode() throws InterruptedException {
        return parent.waitFor();
    }

    private static void signal(String name, long... pids) throws Exception {
        List<String> command = new ArrayList<>(List.of("kill", "-" + name));
        for (long pid : pids) {
            command.add(Long.toString(pid));
        }
        assertThat(new ProcessBuilder(command).start().waitFor()).isZero();
    }
}
