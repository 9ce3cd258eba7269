package inkhorn.cli.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class ShutdownTest {

    private static final int SIGINT = 2;
    private static final int SIGTERM = 15;

    private final BlockingQueue<Integer> halts = new LinkedBlockingQueue<>();
    private final Shutdown shutdown = new Shutdown(halts::add);

    @Test
    void workThatDoesNotUnwindIsCutOffWithTheSignalsExitCode() throws InterruptedException {
        shutdown.request(SIGTERM);
        assertThat(halts.poll(30, TimeUnit.SECONDS)).isEqualTo(143);
    }

    @Test
    void workThatUnwindsIsNotCutOff() {
        assertThatCode(shutdown::check).doesNotThrowAnyException();
        shutdown.request(SIGINT);
        assertThatThrownBy(shutdown::check).isInstanceOf(Stopped.class);
        shutdown.cutOffUnlessItEnds();
        assertThat(halts).isEmpty();
        assertThat(shutdown.exitCode()).isEqualTo(130);
    }

    @Test
    void workWithSomethingToSaveIsNotCutOff() {
        shutdown.beginSaving();
        shutdown.request(SIGTERM);
        shutdown.cutOffUnlessItEnds();
        assertThat(halts).isEmpty();
        assertThat(shutdown.isRequested()).isTrue();
    }

    @Test
    void whatWasStoppedBeforeDoesNotBeginToSave() {
        shutdown.request(SIGTERM);
        assertThatThrownBy(shutdown::beginSaving).isInstanceOf(Stopped.class);
    }
}
