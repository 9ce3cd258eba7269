package inkhorn.cli.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The script {@code inkhorn} with a {@code java} that prints its arguments, a line each. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class StarterScriptsTest {

    private static final String ECHO = "#!/bin/sh\nprintf '%s\\n' \"$@\"\nexit 7\n";

    @TempDir
    private Path directory;
    private Path program;
    private Path jdk;
    private final Map<String, String> environment = new HashMap<>();
    private String output;

    @BeforeEach
    void aProgramAndAJava() throws IOException {
        assumeFalse(System.getProperty("os.name").startsWith("Windows"), "a POSIX shell");
        program = Files.createDirectory(directory.resolve("my program"));
        Files.createFile(program.resolve("train.jar"));
        StarterScripts.write(program);
        jdk = directory.resolve("a jdk");
        java("17.0.1", ECHO);
        environment.put("JAVA_HOME", jdk.toString());
    }

    @Test
    void theFlagsAreThoseOfTheRelaunch() throws Exception {
        run(program.resolve("inkhorn"), "my config.yaml", "--resume");
        assertThat(output.lines())
                .containsExactlyElementsOf(relaunched(List.of(), List.of(), "my config.yaml", "--resume"));
    }

    @Test
    void theUsersOptionsChangeTheFlagsAsInTheRelaunch() throws Exception {
        for (String option : List.of("-Xmx4g", "-XX:MaxHeapSize=4g", "-XX:MaxRAMFraction=2", "-XX:+UseZGC", "-Xmn1g",
                "-XX:NewRatio=2",
                "-XX:-UseTransparentHugePages", "-XX:CICompilerCount=2", "-XX:+UseNUMA", "-Da=b c*")) {
            run(program.resolve("inkhorn"), "-J" + option, "a.yaml");
            assertThat(output.lines()).as(option)
                    .containsExactlyElementsOf(relaunched(List.of(option), List.of(), "a.yaml"));
        }
    }

    @Test
    void theEnvironmentsOptionsChangeTheFlagsAsInTheRelaunch() throws Exception {
        environment.put("JAVA_TOOL_OPTIONS", "-Xmx1g  -XX:+UseG1GC");
        environment.put("INKHORN_JAVA_OPTS", "-Xss2m -Da=*");
        run(program.resolve("inkhorn"), "a.yaml");
        assertThat(output.lines())
                .containsExactlyElementsOf(relaunched(List.of("-Xss2m", "-Da=*"),
                List.of("-Xmx1g", "-XX:+UseG1GC"), "a.yaml"));
    }

    @Test
    void underALauncherOfMpiTheProgramRelaunchesItself() throws Exception {
        environment.put("PMI_RANK", "1");
        run(program.resolve("inkhorn"), "-J-Xss2m", "a.yaml", "b c");
        assertThat(output.lines()).containsExactly("-Xss2m", "-jar", program.toRealPath() + "/train.jar", "a.yaml",
                "b c");
    }

    @Test
    void theArchiveOfThatJavaIsUsedUnlessTheUserChose() throws Exception {
        Path archive = Files.createFile(program.resolve("train-17.0.1+5.jsa"));
        run(program.resolve("inkhorn"), "a.yaml");
        assertThat(output.lines()).contains("-XX:SharedArchiveFile=" + archive.toRealPath(), ClassArchive.QUIET);
        run(program.resolve("inkhorn"), "-J-Xshare:off", "a.yaml");
        assertThat(output).contains("-Xshare:off").doesNotContain("SharedArchiveFile");
    }

    @Test
    void linksAreFollowedAndArgumentsAndExitCodeStay() throws Exception {
        Path link = Files.createSymbolicLink(directory.resolve("ink"), Path.of("my program", "inkhorn"));
        assertThat(run(link, "sample", "", "a  b", "-Jx", "*", "é\"'\\")).isEqualTo(7);
        assertThat(output).contains(program.toRealPath() + "/train.jar\n")
                .endsWith("\nsample\n\na  b\n-Jx\n*\né\"'\\\n");
    }

    @Test
    void anAsciiLocaleBecomesOneOfUtf8() throws Exception {
        java("17.0.1", "#!/bin/sh\necho \"locale $LC_ALL\"\n");
        environment.put("LC_ALL", "C");
        run(program.resolve("inkhorn"), "a.yaml");
        assertThat(output).isEqualTo("locale C.UTF-8\n");
        environment.put("LC_ALL", "de_DE.UTF-8");
        run(program.resolve("inkhorn"), "a.yaml");
        assertThat(output).isEqualTo("locale de_DE.UTF-8\n");
    }

    @Test
    void whatIsMissingOrTooOldIsOneLineAndExitCode2() throws Exception {
        java("11.0.2", ECHO);
        assertThat(run(program.resolve("inkhorn"), "a.yaml")).isEqualTo(2);
        assertThat(output.lines()).singleElement().asString()
                .contains("found Java 11.0.2", "expected 17 or newer", "JAVA_HOME");
        environment.put("JAVA_HOME", "/nowhere");
        assertThat(run(program.resolve("inkhorn"), "a.yaml")).isEqualTo(2);
        assertThat(output.lines()).singleElement().asString().contains("JAVA_HOME", "/nowhere", "unset it");
        Files.delete(program.resolve("train.jar"));
        assertThat(run(program.resolve("inkhorn"), "a.yaml")).isEqualTo(2);
        assertThat(output.lines()).singleElement().asString().contains("train.jar", "mvn");
    }

    @Test
    void theWindowsScriptHasEveryFlagButHugePages() throws IOException {
        String script = Files.readString(program.resolve("inkhorn.cmd"));
        for (JvmFlag flag : JvmArguments.FLAGS) {
            assertThat(script.contains("set \"FLAGS=%FLAGS% " + flag.option() + "\"")).as(flag.option())
                    .isEqualTo(flag.needs() != JvmFlag.Needs.HUGE_PAGES);
        }
        assertThat(script).doesNotContain("@FLAGS@", "@PARENT@", "@MANY_CORES@", "@ARCHIVE").contains("\r\n");
    }

    /** What {@link Relaunch} would start here, without the executable. */
    private List<String> relaunched(List<String> user, List<String> inEnvironment, String... args) throws IOException {
        List<String> command = JvmArguments.command("java", user, inEnvironment, Relaunch.hugePages(),
                Runtime.getRuntime().availableProcessors(), program.toRealPath().resolve("train.jar").toString(),
                JvmArguments.NO_PARENT,
                "inkhorn.cli.Main", args);
        return command.subList(1, command.size());
    }

    private void java(String version, String script) throws IOException {
        Files.createDirectories(jdk.resolve("bin"));
        Files.writeString(jdk.resolve("release"), "JAVA_RUNTIME_VERSION=\"" + version + "+5\"\nJAVA_VERSION=\""
                + version + "\"\n");
        assertThat(Files.writeString(jdk.resolve("bin/java"), script).toFile().setExecutable(true)).isTrue();
    }

    private int run(Path script, String... args) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(new ArrayList<>(List.of(args))).directory(directory.toFile())
                .redirectErrorStream(true);
        builder.command().add(0, script.toString());
        builder.environment().keySet()
                .removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS", "INKHORN_JAVA_OPTS"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return process.waitFor();
    }
}
