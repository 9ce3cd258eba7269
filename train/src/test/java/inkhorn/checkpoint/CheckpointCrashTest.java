package inkhorn.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A save that is killed or fails at any of its file operations loses nothing that was there before. */
class CheckpointCrashTest {

    private static final int KEEP = 2;

    @TempDir
    Path directory;

    /** What a kill is to the code: nothing after it runs, no clean-up either. */
    private static final class Killed extends Error {
        private static final long serialVersionUID = 1L;
    }

    private interface Save {
        void with(CheckpointStore store) throws IOException;
    }

    private interface Seed {
        void in(Path run) throws IOException;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aKillAtAnyOperationOfASaveLeavesTheLastOrTheNewCheckpoint(boolean links) throws IOException {
        int operations = killEverywhere(links, CheckpointCrashTest::seed, store -> store.save(30, Fixtures.contents(30),
                true), 20, 30);
        assertThat(operations).isGreaterThan(20);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aKillAtAnyOperationOfReplacingTheLatestStepLeavesTheOldOrTheNew(boolean links) throws IOException {
        int operations = killEverywhere(links, CheckpointCrashTest::seed,
                store -> store.save(20, Fixtures.contents(20, 50), true), 20, 20);
        assertThat(operations).isGreaterThan(30);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aKillAtAnyOperationOfReplacingTheOnlyStepWhichIsLatestAndBestLeavesTheOldOrTheNew(
            boolean links) throws IOException {
        killEverywhere(links, run -> save(run, 10, true), store -> store.save(10, Fixtures.contents(10, 50), false), 10,
                10);
    }

    @Test
    void aKillAtAnyOperationOfReplacingADamagedStepLeavesTheOneBeforeOrTheNew() throws IOException {
        killEverywhere(true, run -> {
            seed(run);
            Fixtures.flipBit(run.resolve("step-00000020/model.safetensors"), 300, 0);
            try (RunLock lock = RunLock.acquire(run)) {
                new CheckpointStore(lock, KEEP).latestWhole(line -> { });
            }
        }, store -> store.save(20, Fixtures.contents(20), false), 10, 20);
    }

    /**
     * Kills the save before its first operation, before its second, and so on, until it comes through; returns how
     * many.
     */
    private int killEverywhere(boolean links, Seed seed, Save save, long before, long after) throws IOException {
        for (int kill = 0; ; kill++) {
            Path run = directory.resolve("run" + kill);
            seed.in(run);
            List<String> operations = new ArrayList<>();
            int last = kill;
            boolean killed = false;
            try (RunLock lock = RunLock.acquire(run)) {
                save.with(new CheckpointStore(lock, KEEP, new FileOps(operation -> {
                    operations.add(operation);
                    if (operations.size() > last) {
                        throw new Killed();
                    }
                }, links)));
            } catch (Killed e) {
                killed = true;
            }
            assertUsable(run, "killed before \"" + operations.get(operations.size() - 1) + "\"", before, after);
            if (!killed) {
                return kill;
            }
        }
    }

    /** Readers without a lock, then a resume, find one of the two steps, whole; the resume leaves no rubbish. */
    private static void assertUsable(Path run, String when, long before, long after) throws IOException {
        List<String> ignored = new ArrayList<>();
        assertThat(Fixtures.onlyStepIn(Checkpoint.open(run, ignored::add))).as(when).isIn(before, after);
        assertPointersAreWhole(run, when, before, after);
        try (RunLock lock = RunLock.acquire(run)) {
            CheckpointStore store = new CheckpointStore(lock, KEEP);
            assertPointersAreWhole(run, when, before, after);
            Checkpoint found = store.latestWhole(ignored::add).orElseThrow();
            assertThat(Fixtures.onlyStepIn(found)).as(when).isIn(before, after);
            assertThat(found.directory()).as(when).hasFileName(CheckpointLayout.stepName(found.step().getAsLong()));
            assertPointersAreWhole(run, when, before, after);
            assertThat(FileOps.list(run)).as(when)
                    .noneMatch(path -> path.getFileName().toString().matches("\\.(tmp|old|new)-.*"));
            store.save(40, Fixtures.contents(40), false);
            assertThat(Fixtures.onlyStepIn(Checkpoint.open(run))).as(when).isEqualTo(40);
        }
    }

    private static void assertPointersAreWhole(Path run, String when, long before, long after) {
        assertThat(Fixtures.onlyStepIn(Checkpoint.open(run.resolve("latest")))).as(when).isIn(before, after);
        assertThat(Fixtures.onlyStepIn(Checkpoint.open(run.resolve("best")))).as(when).isIn(10L, after);
    }

    @Test
    void aSaveThatFailsHalfWayThroughReplacingAStepCanBeMadeAgain() throws IOException {
        for (int failure = 0; ; failure++) {
            Path run = directory.resolve("run" + failure);
            seed(run);
            int[] count = {-failure};
            try (RunLock lock = RunLock.acquire(run)) {
                CheckpointStore store = new CheckpointStore(lock, KEEP, new FileOps(operation -> {
                    if (count[0]++ == 0) {
                        throw new FileSystemException(operation, null, "No space left on device");
                    }
                }, true));
                boolean failed = !saves(store, 50);
                boolean reached = failed || count[0] > 0;
                assertPointersAreWhole(run, "failure " + failure, 20, 20);
                if (!reached) {
                    return;
                }
                assertThat(saves(store, 60)).isTrue();
                Checkpoint again = Checkpoint.open(run.resolve("latest"));
                assertThat(again.config().get("n_embd").asInt()).isEqualTo(60);
                assertThat(again.directory()).hasFileName("step-00000020");
            }
        }
    }

    private static boolean saves(CheckpointStore store, int width) {
        try {
            store.save(20, Fixtures.contents(20, width), true);
            return true;
        } catch (CheckpointException e) {
            return false;
        }
    }

    @Test
    void aFullDiskAtAnyOperationIsOneLineAndEarlierCheckpointsStay() throws IOException {
        for (int failure = 0; ; failure++) {
            Path run = directory.resolve("run" + failure);
            seed(run);
            int last = failure;
            int[] count = {0};
            try (RunLock lock = RunLock.acquire(run)) {
                CheckpointStore store = new CheckpointStore(lock, KEEP, new FileOps(operation -> {
                    // Deleting frees space; the clean-up after the failure must get through.
                    if (!operation.startsWith("delete") && count[0]++ == last) {
                        throw new FileSystemException(operation, null, "No space left on device");
                    }
                }, true));
                store.save(30, Fixtures.contents(30), true);
                boolean onlyPruningFailed = Files.exists(run.resolve("step-00000010"));
                assertThat(Fixtures.onlyStepIn(Checkpoint.open(run))).isEqualTo(30);
                if (!onlyPruningFailed) {
                    return;
                }
            } catch (CheckpointException e) {
                assertThat(e.isUserError()).isFalse();
                assertThat(e)
                        .hasMessage(run.resolve("step-00000030")
                        + ": cannot be saved (no space left on device), earlier "
                        + "checkpoints are untouched; check free space and permissions, then --resume");
                assertThat(FileOps.list(run)).noneMatch(path -> path.getFileName().toString().startsWith(".tmp-"));
                assertThat(Fixtures.onlyStepIn(Checkpoint.open(run.resolve("step-00000020")))).isEqualTo(20);
                assertThat(Fixtures.onlyStepIn(Checkpoint.open(run.resolve("best")))).isIn(10L, 30L);
            }
        }
    }

    @Test
    void aTokenizerThatFailsUndoesTheSave() throws IOException {
        Path run = directory.resolve("run");
        seed(run);
        CheckpointContents good = Fixtures.contents(30);
        CheckpointContents bad = new CheckpointContents(good.model(), good.optimizer(), good.config(), good.trainer(),
                Map.of("vocab.json", file -> {
                    throw new IllegalStateException("no vocabulary");
                }));
        try (RunLock lock = RunLock.acquire(run)) {
            CheckpointStore store = new CheckpointStore(lock, KEEP);
            assertThatThrownBy(() -> store.save(30, bad, true)).hasMessage("no vocabulary");
            assertThat(store.steps()).containsExactly(20L, 10L);
            assertThat(run.resolve(".tmp-step-00000030")).doesNotExist();
        }
    }

    @Test
    void processesKilledAtRandomMomentsLeaveAWholeCheckpoint() throws IOException, InterruptedException {
        Path run = directory.resolve("run");
        seed(run);
        Random random = new Random(3);
        long reached = 20;
        for (int round = 0; round < 8; round++) {
            Process process = Fixtures.fork(SavesWithoutEnd.class, run);
            assertThat(process.getInputStream().read()).isEqualTo('r');
            Thread.sleep(20 + random.nextInt(150));
            process.destroyForcibly().waitFor();
            long found = Fixtures.onlyStepIn(Checkpoint.open(run, line -> { }));
            assertThat(found).isGreaterThanOrEqualTo(reached);
            assertThat(Fixtures.onlyStepIn(Checkpoint.open(run.resolve("latest")))).isBetween(found - 1, found);
            reached = found;
        }
        assertThat(reached).as("the processes saved something").isGreaterThan(20);
    }

    /** Goes on from the last whole checkpoint, saving step after step, each twice, until it is killed. */
    static final class SavesWithoutEnd {
        public static void main(String[] args) {
            CheckpointStore store = new CheckpointStore(RunLock.acquire(Path.of(args[0])), KEEP);
            long step = Fixtures.onlyStepIn(store.latestWhole(line -> { }).orElseThrow());
            store.save(++step, Fixtures.contents(step), false);
            System.out.print('r');
            System.out.flush();
            while (true) {
                step++;
                store.save(step, Fixtures.contents(step), step % 3 == 0);
                store.save(step, Fixtures.contents(step, 60_000), step % 3 == 0);
            }
        }
    }

    private static void seed(Path run) {
        save(run, 10, true);
        save(run, 20, false);
    }

    private static void save(Path run, long step, boolean best) {
        try (RunLock lock = RunLock.acquire(run)) {
            new CheckpointStore(lock, KEEP).save(step, Fixtures.contents(step), best);
        }
    }
}
