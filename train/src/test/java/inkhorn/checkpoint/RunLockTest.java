package inkhorn.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunLockTest {

    @TempDir
    Path directory;

    @Test
    void aSecondRunInAnotherProcessIsRefusedUntilTheFirstIsKilled() throws IOException, InterruptedException {
        Process holder = Fixtures.fork(HoldsTheLock.class, directory);
        try {
            assertThat(holder.getInputStream().read()).isEqualTo('l');
            assertThatThrownBy(() -> RunLock.acquire(directory)).hasMessage(directory + ": process " + holder.pid()
                    + " is training in this directory; wait for it, stop it, or choose another run.out")
                    .isInstanceOfSatisfying(CheckpointException.class, e -> assertThat(e.isUserError()).isTrue());
        } finally {
            holder.destroyForcibly().waitFor();
        }
        try (RunLock lock = RunLock.acquire(directory)) {
            assertThat(lock.isHeld()).isTrue();
        }
    }

    @Test
    void aSecondAttemptInThisProcessIsRefusedAndDoesNotLoseTheLock() throws IOException, InterruptedException {
        try (RunLock lock = RunLock.acquire(directory)) {
            assertThatThrownBy(() -> RunLock.acquire(directory.resolve("../" + directory.getFileName())))
                    .message().endsWith(": this process is training in this directory; wait for it, stop it, or choose"
                    + " another run.out");
            Process rival = Fixtures.fork(HoldsTheLock.class, directory);
            assertThat(rival.getInputStream().read()).as("the rival's answer").isEqualTo('x');
            rival.waitFor();
            assertThat(lock.isHeld()).isTrue();
        }
        RunLock.acquire(directory).close();
    }

    @Test
    void aRunDirectoryIsMadeWhereItIsMissing() {
        Path run = directory.resolve("checkpoints").resolve("run");
        RunLock lock = RunLock.acquire(run);
        assertThat(run).isDirectory();
        lock.close();
        lock.close();
        assertThat(lock.isHeld()).isFalse();
        assertThatThrownBy(() -> new CheckpointStore(lock, 1).save(1, Fixtures.contents(1), false))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aRunDirectoryThatCannotBeUsedIsTheUsersError() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "");
        assertThatThrownBy(() -> RunLock.acquire(file)).hasMessageStartingWith(file + ": ")
                .hasMessageContaining("already exists").hasMessageContaining("run.out")
                .isInstanceOfSatisfying(CheckpointException.class, e -> assertThat(e.isUserError()).isTrue());
    }

    /** Says whether it got the lock, then keeps it until it is killed. */
    static final class HoldsTheLock {
        public static void main(String[] args) throws InterruptedException {
            try {
                RunLock lock = RunLock.acquire(Path.of(args[0]));
                System.out.print('l');
                System.out.flush();
                Thread.sleep(60_000);
                lock.close();
            } catch (CheckpointException e) {
                System.out.print('x');
            }
        }
    }
}
