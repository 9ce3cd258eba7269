package inkhorn.cli.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ClassArchiveTest {

    @TempDir
    private Path directory;
    private File jar;

    @BeforeEach
    void aJar() throws IOException {
        jar = Files.createFile(directory.resolve("train.jar")).toFile();
    }

    @Test
    void withoutAnArchiveThereAreNoOptions() {
        assertThat(ClassArchive.options(jar, List.of())).isEmpty();
    }

    @Test
    void theArchiveOfThisJavaBesideTheJarIsUsed() throws IOException {
        File archive = Files.createFile(directory.resolve("train-" + System.getProperty("java.vm.version") + ".jsa"))
                .toFile();
        assertThat(ClassArchive.options(jar, List.of("-Xmx1g")))
                .startsWith("-XX:SharedArchiveFile=" + archive.getAbsolutePath());
    }

    @Test
    void anArchiveOfAnotherJavaIsNot() throws IOException {
        Files.createFile(directory.resolve("train-1.2.3.jsa"));
        assertThat(ClassArchive.options(jar, List.of())).isEmpty();
    }

    @Test
    void theUsersArchiveStands() throws IOException {
        Files.createFile(ClassArchive.of(jar).toPath());
        for (String option : List.of("-XX:SharedArchiveFile=mine.jsa", "-Xshare:off", "-XX:AOTCache=mine.aot")) {
            assertThat(ClassArchive.options(jar, List.of(option))).as(option).isEmpty();
        }
    }
}
