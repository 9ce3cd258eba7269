package inkhorn.cli.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

final class ChildProgramTest {

    @Test
    void aChildHasTheFlagsOfThisJvmAndItsShareOfTheMemory() {
        assertThat(ChildProgram.flags(List.of("-Dinkhorn.parent=12", "-XX:MaxRAMPercentage=75", "-Xmn16m",
                "-Dinkhorn.escaped=true", "-agentlib:jdwp=transport=dt_socket", "-Da=b"), 3))
                .containsExactly("-XX:MaxRAMPercentage=25.0", "-Xmn16m", "-Da=b");
    }

    @Test
    @Timeout(60)
    void aChildRunsTheProgramAndItsOutputIsKept(@TempDir Path directory) throws IOException, InterruptedException {
        Path output = Files.writeString(directory.resolve("log"), "before\n");
        assertThat(ChildProgram.start("inkhorn.cli.Main", List.of("--version"), 1, output).waitFor()).isZero();
        assertThat(Files.readString(output)).startsWith("before\n").contains("inkhorn ");
        assertThat(ChildProgram.start("inkhorn.cli.Main", List.of("no.yaml"), 1, output).waitFor()).isEqualTo(2);
        assertThat(Files.readString(output)).contains("error: no.yaml: no such file");
    }
}
