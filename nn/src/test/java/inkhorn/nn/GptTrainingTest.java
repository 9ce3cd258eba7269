package inkhorn.nn;

import static inkhorn.nn.Fixtures.BLOCK;
import static inkhorn.nn.Fixtures.config;
import static inkhorn.nn.Fixtures.gpt;
import static inkhorn.nn.Fixtures.ids;
import static org.assertj.core.api.Assertions.assertThat;

import inkhorn.autograd.IntTensor;
import inkhorn.autograd.Scope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GptTrainingTest {

    private final IntTensor ids = ids(4, BLOCK, 1);
    private final IntTensor targets = ids(4, BLOCK, 2);

    @ParameterizedTest
    @CsvSource({"true, LEARNED, true", "false, SINUSOIDAL, false"})
    void aTinyModelLearnsOneBatchByHeart(boolean bias, Position position, boolean tied) {
        Fixtures.Training training = new Fixtures.Training(gpt(config(0, bias, position, tied)));
        float loss = Float.NaN;
        for (int step = 0; step < 300; step++) {
            try (Scope scope = Scope.open()) {
                loss = training.step(ids, targets, 0.01f);
            }
        }
        assertThat(loss).isLessThan(0.05f);
    }

    @Test
    void aStepHoldsNoMoreMemoryThanTheSecondDid() {
        Fixtures.Training training = new Fixtures.Training(gpt(config(0.1, true, Position.LEARNED, true)));
        try (Scope run = Scope.open()) {
            long afterTwo = 0;
            for (int step = 1; step <= 20; step++) {
                try (Scope scope = Scope.open()) {
                    training.step(ids, targets, 0.001f);
                }
                afterTwo = step == 2 ? run.heldBytes() : afterTwo;
            }
            assertThat(run.liveBytes()).isZero();
            assertThat(run.heldBytes()).isPositive().isEqualTo(afterTwo);
        }
    }

    @Test
    void parametersAndTheirGradientsOutliveTheScopeOfAStep() {
        Gpt gpt;
        try (Scope scope = Scope.open()) {
            gpt = gpt(config());
            new Fixtures.Training(gpt).step(ids, targets, 0.001f);
        }
        for (Parameter p : gpt.namedParameters()) {
            assertThat(p.tensor().data()).as(p.name()).isNotEmpty();
            assertThat(p.tensor().grad()).as(p.name()).isNotNull();
        }
    }
}
