package inkhorn.autograd.kernel.vector.gemm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TileTest {

    @BeforeEach
    void assumeThatThereIsAChoice() {
        assumeThat(Tile.quickest()).isEqualTo(Tile.WIDE);
    }

    private static Tile chosen(boolean transA, int m, int n, int k, int parts) {
        return Tile.of(new VectorGemm.Operands(transA, false, m, n, k, null, 0, null, 0), parts);
    }

    @Test
    void largeProductsOfRowsAreComputedThreeVectorsWide() {
        assertThat(chosen(false, 256, 2304, 768, 2)).isEqualTo(Tile.WIDE);
        assertThat(chosen(false, 4096, 384, 1536, 1)).isEqualTo(Tile.WIDE);
    }

    @Test
    void whatThreeVectorsWouldRunBeyondIsComputedTwoVectorsWide() {
        assertThat(chosen(false, 4096, 128, 512, 1)).isEqualTo(Tile.TALL);
    }

    @Test
    void smallProductsAndThoseOfColumnsShareTheOtherKernel() {
        assertThat(chosen(false, 768, 384, 128, 1)).isEqualTo(Tile.TALL);
        assertThat(chosen(true, 768, 3072, 256, 2)).isEqualTo(Tile.TALL);
    }
}
