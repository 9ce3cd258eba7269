package inkhorn.cli.launch;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

final class LogSetupTest {

    private final LoggerContext context = new LoggerContext();

    @AfterEach
    void stop() {
        System.clearProperty(LogSetup.LEVEL_PROPERTY);
        System.clearProperty("logback.configurationFile");
        context.stop();
    }

    @Test
    void logbackFindsIt() {
        LoggerContext own = (LoggerContext) LoggerFactory.getILoggerFactory();
        assertThat(own.getLogger("ROOT").getAppender("stderr")).isNotNull();
    }

    @Test
    void aLineHasTimeLevelAndMessageInUtf8AndNoStackTrace() {
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        PrintStream before = System.err;
        System.setErr(new PrintStream(written));
        try {
            context.setMDCAdapter(new LogbackMDCAdapter());
            new LogSetup().configure(context);
            context.getLogger("inkhorn.x").info("größer", new IllegalStateException("hidden"));
            context.getLogger("inkhorn.x").debug("not shown");
            context.getLogger("other").info("not shown");
        } finally {
            System.setErr(before);
        }
        assertThat(written.toString(StandardCharsets.UTF_8)).matches("\\d\\d:\\d\\d:\\d\\d INFO  größer\\R");
    }

    @Test
    void theLevelIsTheProperty() {
        System.setProperty(LogSetup.LEVEL_PROPERTY, "DEBUG");
        new LogSetup().configure(context);
        assertThat(context.getLogger("inkhorn.autograd.kernel.KernelProvider").getEffectiveLevel())
                .isEqualTo(Level.DEBUG);
        assertThat(context.getLogger("other").getEffectiveLevel()).isEqualTo(Level.WARN);
    }

    @Test
    void aConfigurationFileOfTheUsersStands() {
        System.setProperty("logback.configurationFile", "mine.xml");
        new LogSetup().configure(context);
        assertThat(context.getLogger("ROOT").getAppender("stderr")).isNull();
    }

    @Test
    void aProgramThatUsesTheLibraryKeepsALoggingConfigurationOfTheirOwn(@TempDir Path classes) throws IOException {
        try (URLClassLoader program = new URLClassLoader(new URL[] {classes.toUri().toURL()}, null)) {
            assertThat(LogSetup.hasConfiguration(program)).isFalse();
            Files.writeString(classes.resolve("logback.xml"), "<configuration/>");
            assertThat(LogSetup.hasConfiguration(program)).isTrue();
        }
    }
}
