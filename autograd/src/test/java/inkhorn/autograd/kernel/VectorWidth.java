package inkhorn.autograd.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;

/** For the runs of the profile {@code widths}: that their JVM's flags do what they are there for. */
class VectorWidth {

    @Test
    void vectorsOfThisRunAreAsWideAsItIsNamed() {
        assumeTrue(System.getProperty("os.arch").matches("amd64|x86_64"),
                "the width of vectors is chosen by flags for x86");
        assertThat(KernelProvider.vectorBits()).isEqualTo(Integer.getInteger("test.vector.bits"));
    }
}
