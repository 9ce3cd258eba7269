package inkhorn.autograd.kernel.vector.workers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class WorkersTest {

    private static void assertEachOnce(AtomicIntegerArray runs) {
        for (int i = 0; i < runs.length(); i++) {
            assertThat(runs.get(i)).as("runs of task %d", i).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 8})
    void everyTaskRunsOnce(int threads) {
        try (Workers workers = new Workers(threads)) {
            assertThat(workers.threads()).isEqualTo(threads);
            for (int count : new int[] {0, 1, 2, 3, 7, 64, 1000}) {
                AtomicIntegerArray runs = new AtomicIntegerArray(count);
                workers.run(count, runs::incrementAndGet);
                assertEachOnce(runs);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void manyShortLoopsFollowEachOther(int threads) {
        try (Workers workers = new Workers(threads)) {
            int[] sums = new int[5];
            for (int loop = 0; loop < 20_000; loop++) {
                workers.run(5, i -> sums[i]++);
            }
            assertThat(sums).containsOnly(20_000);
        }
    }

    /** Each of two tasks ends only when the other one runs too: on a helper, which was asleep before. */
    @Test
    void helpersThatSleepAreWokenForTheNextLoop() throws InterruptedException {
        ThreadGroup group = new ThreadGroup("of this test");
        try (Workers workers = madeIn(group, 3)) {
            for (int loop = 0; loop < 20; loop++) {
                awaitUntil("both helpers sleep",
                        () -> states(group).equals(List.of(Thread.State.WAITING, Thread.State.WAITING)));
                CountDownLatch arrived = new CountDownLatch(2);
                workers.run(2, i -> {
                    arrived.countDown();
                    await(arrived);
                });
            }
        }
    }

    /** Task 0 ends only when all the others have been done, those of its own thread's share among them. */
    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void whoIsThroughTakesOverFromWhoIsLate(int threads) {
        try (Workers workers = new Workers(threads)) {
            CountDownLatch others = new CountDownLatch(99);
            workers.run(100, i -> {
                if (i > 0) {
                    others.countDown();
                } else {
                    await(others);
                }
            });
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            if (!latch.await(30, TimeUnit.SECONDS)) {
                throw new AssertionError("after 30 s, " + latch.getCount()
                        + " tasks have not been run beside this one");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void awaitUntil(String what, BooleanSupplier isSo) throws InterruptedException {
        long start = System.nanoTime();
        while (!isSo.getAsBoolean()) {
            assertThat(System.nanoTime() - start).as("nanoseconds until " + what).isLessThan(30_000_000_000L);
            Thread.sleep(1);
        }
    }

    private static Workers madeIn(ThreadGroup group, int threads) throws InterruptedException {
        AtomicReference<Workers> made = new AtomicReference<>();
        Thread maker = new Thread(group, () -> made.set(new Workers(threads)));
        maker.start();
        maker.join();
        return made.get();
    }

    /** Of the threads in a group that live. */
    private static List<Thread.State> states(ThreadGroup group) {
        Thread[] threads = new Thread[16];
        int count = group.enumerate(threads);
        return Arrays.stream(threads, 0, count).map(Thread::getState).toList();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void aFailingTaskIsReportedAndTheTeamGoesOn(int threads) {
        try (Workers workers = new Workers(threads)) {
            for (int loop = 0; loop < 100; loop++) {
                assertThatThrownBy(() -> workers.run(50, i -> {
                    if (i == 20) {
                        throw new IllegalArgumentException("task 20 is ill");
                    }
                })).isInstanceOf(RuntimeException.class).hasMessageContaining("task 20 is ill");
                AtomicIntegerArray runs = new AtomicIntegerArray(9);
                workers.run(9, runs::incrementAndGet);
                assertEachOnce(runs);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void aLoopInsideALoopIsRunByItsCaller(int threads) {
        try (Workers workers = new Workers(threads)) {
            AtomicIntegerArray runs = new AtomicIntegerArray(64);
            workers.run(8, outer -> {
                Thread caller = Thread.currentThread();
                workers.run(8, inner -> {
                    assertThat(Thread.currentThread()).isSameAs(caller);
                    runs.incrementAndGet(outer * 8 + inner);
                });
            });
            assertEachOnce(runs);
        }
    }

    @Test
    void severalThreadsMayStartLoopsAtOnce() throws InterruptedException {
        try (Workers workers = new Workers(2)) {
            int callers = 4;
            AtomicReference<Throwable> failure = new AtomicReference<>();
            CountDownLatch done = new CountDownLatch(callers);
            for (int caller = 0; caller < callers; caller++) {
                new Thread(() -> {
                    try {
                        for (int loop = 0; loop < 500; loop++) {
                            AtomicIntegerArray runs = new AtomicIntegerArray(20);
                            workers.run(20, runs::incrementAndGet);
                            assertEachOnce(runs);
                        }
                    } catch (Throwable t) {
                        failure.set(t);
                    } finally {
                        done.countDown();
                    }
                }).start();
            }
            assertThat(done.await(30, TimeUnit.SECONDS)).as("all callers are through").isTrue();
            assertThat(failure.get()).isNull();
        }
    }

    @Test
    void aTeamNeedsAThread() {
        assertThatThrownBy(() -> new Workers(0)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("workers: at least 1 thread is needed, found 0");
    }

    @Test
    void aClosedTeamsThreadsEnd() throws InterruptedException {
        ThreadGroup group = new ThreadGroup("of this test");
        madeIn(group, 4).close();
        awaitUntil("its threads have ended", () -> states(group).isEmpty());
    }
}
