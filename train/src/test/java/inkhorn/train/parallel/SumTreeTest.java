package inkhorn.train.parallel;

import static org.assertj.core.api.Assertions.assertThat;

import inkhorn.train.parallel.SumTree.Node;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SumTreeTest {

    /** The definition: add neighbours, one without a neighbour goes up alone. */
    private static String defined(int leaves) {
        List<String> level = new ArrayList<>();
        for (int i = 0; i < leaves; i++) {
            level.add(String.valueOf(i));
        }
        while (level.size() > 1) {
            List<String> above = new ArrayList<>();
            for (int i = 0; i < level.size(); i += 2) {
                above.add(i + 1 < level.size() ? "(" + level.get(i) + "+" + level.get(i + 1) + ")" : level.get(i));
            }
            level = above;
        }
        return level.get(0);
    }

    /** What is computed where so many processes share the leaves, and their sums are put together in order. */
    private static String computed(int leaves, int processes) {
        SumTree tree = new SumTree(leaves);
        SumTree.Stack all = tree.stack();
        List<String> sums = new ArrayList<>();
        int share = leaves / processes;
        for (int process = 0; process < processes; process++) {
            SumTree.Stack stack = tree.stack();
            List<String> own = new ArrayList<>();
            for (int leaf = process * share; leaf < (process + 1) * share; leaf++) {
                put(own, stack.push(new Node(0, leaf)), String.valueOf(leaf));
            }
            List<Node> nodes = tree.nodes(process * share, (process + 1) * share);
            for (int i = 0; i < nodes.size(); i++) {
                put(sums, all.push(nodes.get(i)), own.get(i));
            }
        }
        assertThat(sums).hasSize(1);
        return sums.get(0);
    }

    private static void put(List<String> sums, int additions, String sum) {
        String all = sum;
        for (int i = 0; i < additions; i++) {
            all = "(" + sums.remove(sums.size() - 1) + "+" + all + ")";
        }
        sums.add(all);
    }

    @Test
    void theTreeIsTheSameForAllNumbersOfProcesses() {
        for (int leaves = 1; leaves <= 24; leaves++) {
            for (int processes : SumTree.sharers(leaves)) {
                assertThat(computed(leaves, processes)).as("%d by %d", leaves, processes).isEqualTo(defined(leaves));
            }
        }
    }

    @Test
    void processesOfAPowerOfTwoSendOneSumEach() {
        for (int process = 0; process < 4; process++) {
            assertThat(new SumTree(16).nodes(process * 4, process * 4 + 4)).containsExactly(new Node(2, process));
        }
    }
}
