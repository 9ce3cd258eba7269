package inkhorn.cli.launch;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.LayoutBase;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;

/**
 * Configures logback. It logs to stderr, so that the output of {@code sample} can be piped, and without stack traces,
 * which the program shows with {@code --debug}. The configuration is in Java, because a {@code logback.xml} would load
 * the JDK's XML parser, a fifth of all classes of a start. {@code -Dlogback.configurationFile=FILE}, or a
 * {@code logback.xml} in the class path, takes its place.
 */
public final class LogSetup extends ContextAwareBase implements Configurator {

    /** The level of Inkhorn's own loggers; read once, before the first of them. */
    public static final String LEVEL_PROPERTY = "inkhorn.log";

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        if (System.getProperty("logback.configurationFile") != null
                || hasConfiguration(Thread.currentThread().getContextClassLoader())) {
            return ExecutionStatus.INVOKE_NEXT_IF_ANY;
        }
        Level chosen = Level.toLevel(System.getProperty(LEVEL_PROPERTY), null);
        context.getLogger("inkhorn").setLevel(chosen == null ? Level.INFO : chosen);
        // The train command shows the choice in its banner.
        context.getLogger("inkhorn.autograd.kernel.KernelProvider").setLevel(chosen == null ? Level.WARN : chosen);
        // What it has to say is in the exceptions that MlflowLog turns into one warning.
        context.getLogger("org.mlflow").setLevel(Level.OFF);
        ch.qos.logback.classic.Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.WARN);
        root.addAppender(stderr(context));
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    /**
     * Whether a program that uses Inkhorn as a library configures its logging itself, which a library must not take
     * from it.
     */
    static boolean hasConfiguration(ClassLoader program) {
        return program != null && (program.getResource("logback.xml") != null
                || program.getResource("logback-test.xml") != null);
    }

    private static ConsoleAppender<ILoggingEvent> stderr(LoggerContext context) {
        Line line = new Line();
        line.setContext(context);
        line.start();
        LayoutWrappingEncoder<ILoggingEvent> encoder = new LayoutWrappingEncoder<>();
        encoder.setContext(context);
        encoder.setCharset(StandardCharsets.UTF_8);
        encoder.setLayout(line);
        encoder.start();
        ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
        appender.setContext(context);
        appender.setName("stderr");
        appender.setTarget("System.err");
        appender.setEncoder(encoder);
        appender.start();
        return appender;
    }

    /** {@code 12:34:56 WARN  message}. */
    private static final class Line extends LayoutBase<ILoggingEvent> {

        private static final int LEVEL_WIDTH = 5;

        @Override
        public String doLayout(ILoggingEvent event) {
            LocalTime time = LocalTime.ofInstant(Instant.ofEpochMilli(event.getTimeStamp()), ZoneId.systemDefault())
                    .truncatedTo(ChronoUnit.SECONDS);
            // LocalTime.toString leaves out seconds that are 0.
            String seconds = time.getSecond() == 0 ? time + ":00" : time.toString();
            String level = event.getLevel().toString();
            return seconds + " " + level + " ".repeat(LEVEL_WIDTH - level.length()) + " " + event.getFormattedMessage()
                    + System.lineSeparator();
        }
    }
}
