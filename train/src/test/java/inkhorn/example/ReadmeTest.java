package inkhorn.example;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import inkhorn.generate.TrainedModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the README shows is what compiles and runs. */
class ReadmeTest {

    private static final Path ROOT = Path.of("..");
    /** A project of its own, which CI builds and runs. */
    private static final String EMBED = "../docs/examples/embed/src/main/java/example/";

    @ParameterizedTest
    @ValueSource(strings = {
        "src/test/java/inkhorn/example/TrainALine.java", EMBED + "StreamText.java", EMBED + "TrainSmall.java"})
    void theCodeInTheReadmeIsTheCodeThatIsTested(String example) throws IOException {
        String source = Files.readString(Path.of(example));
        String shown = source.substring(source.indexOf("// README: from here\n"), source.indexOf("// README: to here"))
                .replace("// README: from here\n", "").stripIndent().strip();
        assertThat(readme()).contains("```java\n" + shown + "\n```");
    }

    @Test
    void theEnginesExampleFindsTheSlope() {
        assertThat(TrainALine.slope()).isCloseTo(3, within(1e-3f));
    }

    @Test
    void theTrainingLoopOfTheReadmeLearnsAndSavesAModelThatWrites(@TempDir Path directory) throws Exception {
        Path text = Files.writeString(directory.resolve("text.txt"),
                "twelve plus twenty is thirty-two, said the clerk.\n".repeat(40));
        Path classes = Files.createDirectory(directory.resolve("classes"));
        int compiled = ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, "-proc:none", "-d", classes.toString(),
                "-cp", System.getProperty("java.class.path"), EMBED + "TrainSmall.java");
        assertThat(compiled).isZero();
        PrintStream usual = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        try (URLClassLoader loader = new URLClassLoader(new URL[] {classes.toUri().toURL()},
                getClass().getClassLoader())) {
            System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
            String[] arguments = {text.toString(), directory.resolve("model").toString()};
            loader.loadClass("example.TrainSmall").getMethod("main", String[].class).invoke(null, (Object) arguments);
        } finally {
            System.setOut(usual);
        }
        assertThat(printed.toString(StandardCharsets.UTF_8).lines()).hasSize(3).last().asString()
                .matches("step 300: loss 0\\D\\d\\d");
        StringBuilder written = new StringBuilder();
        TrainedModel.open(directory.resolve("model")).stream("twelve", written::append);
        assertThat(written).contains("twenty");
    }

    private static String readme() throws IOException {
        return Files.readString(ROOT.resolve("README.md"));
    }
}
