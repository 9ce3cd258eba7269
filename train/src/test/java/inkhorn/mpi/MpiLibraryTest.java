package inkhorn.mpi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.jna.NativeLibrary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What needs no MPI: a library that is looked for in vain. */
final class MpiLibraryTest {

    @Test
    void whereThereIsNoneTheMessageSaysWhatWasLookedForAndWhatToInstall() {
        assertThatThrownBy(() -> MpiLibrary.find("libno-such-mpi.so.1", true)).isInstanceOf(MpiException.class)
                .hasMessageContaining("libno-such-mpi.so.1").hasMessageContaining("Debian: mpich")
                .hasMessageContaining("INKHORN_MPI").hasMessageNotContaining("\n");
        assertThatThrownBy(() -> MpiLibrary.find("libno-such-mpi.so.1", false)).hasMessageContaining("openmpi-bin");
    }

    @Test
    void whyAChosenFileIsNoLibraryIsSaid(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("libmpi.so"), "not a library");
        assertThatThrownBy(() -> MpiLibrary.find(file.toString(), false)).isInstanceOf(MpiException.class)
                .hasMessageContaining(file.toString()).hasMessageContaining("file too short")
                .hasMessageNotContaining("\n");
    }

    @Test
    void librariesAreToldToLeaveSignalsToJavaBeforeTheyAreLoaded() {
        assumeTrue(System.getenv("UCX_ERROR_SIGNALS") == null, "a choice of the user stands");
        assertThatThrownBy(() -> MpiLibrary.find("libno-such-mpi.so.1", true)).isInstanceOf(MpiException.class);
        assertThat(variable("UCX_ERROR_SIGNALS")).isEmpty();
        assertThat(variable("OMPI_MCA_opal_signal")).isEqualTo("6");
    }

    private static String variable(String name) {
        return NativeLibrary.getProcess().getFunction("getenv").invokeString(new Object[] {name}, false);
    }
}
