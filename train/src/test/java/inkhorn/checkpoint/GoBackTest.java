package inkhorn.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A run that goes on from an earlier step has the old history whole until the new one is. */
class GoBackTest {

    private static final int KEEP = 9;

    @TempDir
    Path directory;

    /** What a kill is to the code: nothing after it runs. */
    private static final class Killed extends Error {
        private static final long serialVersionUID = 1L;
    }

    @ParameterizedTest
    @ValueSource(longs = {15, 20, 30, 40})
    void aKillAtAnyOperationOfTheFirstSaveLeavesTheOldOrTheNewHistory(long saved) throws IOException {
        for (int kill = 0; ; kill++) {
            Path run = seed(directory.resolve("run" + kill));
            boolean killed = saveAfterGoingBack(run, saved, kill);
            Checkpoint read = Checkpoint.open(run);
            boolean old = read.step().getAsLong() == 30 && read.config().get("n_embd").asInt() == 40;
            assertThat(Fixtures.onlyStepIn(read)).isEqualTo(old ? 30 : saved);
            assertThat(Checkpoint.open(run.resolve("latest")).directory()).as("kill %d", kill).hasFileName(name(read));
            Fixtures.onlyStepIn(Checkpoint.open(run.resolve("best")));
            try (RunLock lock = RunLock.acquire(run)) {
                CheckpointStore store = new CheckpointStore(lock, KEEP);
                assertThat(store.latestWhole(line -> { }).map(Fixtures::onlyStepIn)).contains(read.step().getAsLong());
                assertThat(store.steps()).as("kill %d", kill).startsWith(read.step().getAsLong());
                assertThat(run.resolve(".left")).doesNotExist();
            }
            long best = Fixtures.onlyStepIn(Checkpoint.open(run.resolve("best")));
            assertThat(best).as("kill %d", kill).isIn(old ? List.of(30L) : List.of(10L, saved));
            if (!killed) {
                return;
            }
        }
    }

    @Test
    void theBestOfTheEarlierStepIsTheBestAgain() throws IOException {
        Path run = seed(directory.resolve("run"));
        assertThat(saveAfterGoingBack(run, 25, Integer.MAX_VALUE)).isFalse();
        assertThat(Fixtures.onlyStepIn(Checkpoint.open(run.resolve("best")))).isEqualTo(10);
        assertThat(Checkpoint.steps(run)).extracting(path -> path.getFileName().toString())
                .containsExactly("step-00000025", "step-00000010");
    }

    @Test
    void anEvaluationOfTheEarlierStepMovesBestWithTheFirstSaveOnly() {
        Path run = seed(directory.resolve("run"));
        try (RunLock lock = RunLock.acquire(run)) {
            CheckpointStore store = new CheckpointStore(lock, KEEP);
            store.goBackTo(store.named("step-00000020"), 10);
            store.markBest(20);
            assertThat(Fixtures.onlyStepIn(Checkpoint.open(run.resolve("best")))).isEqualTo(30);
            store.save(25, Fixtures.contents(25), false);
            assertThat(Fixtures.onlyStepIn(Checkpoint.open(run.resolve("best")))).isEqualTo(20);
        }
    }

    /** The name that {@code latest} holds, which may be the one before a step got its own. */
    private static String name(Checkpoint checkpoint) {
        return checkpoint.directory().getFileName().toString();
    }

    private static boolean saveAfterGoingBack(Path run, long saved, int kill) throws IOException {
        List<String> operations = new ArrayList<>();
        try (RunLock lock = RunLock.acquire(run)) {
            CheckpointStore store = new CheckpointStore(lock, KEEP, new FileOps(operation -> {
                operations.add(operation);
                if (operations.size() > kill) {
                    throw new Killed();
                }
            }, true));
            assertThat(store.goBackTo(store.named("step-00000010"), 10))
                    .containsExactly("step-00000020", "step-00000030");
            store.save(saved, Fixtures.contents(saved, 50), false);
            return false;
        } catch (Killed e) {
            return true;
        }
    }

    private static Path seed(Path run) {
        try (RunLock lock = RunLock.acquire(run)) {
            CheckpointStore store = new CheckpointStore(lock, KEEP);
            store.save(10, Fixtures.contents(10), true);
            store.save(20, Fixtures.contents(20), false);
            store.save(30, Fixtures.contents(30), true);
        }
        return run;
    }
}
