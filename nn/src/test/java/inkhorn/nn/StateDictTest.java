package inkhorn.nn;

import static inkhorn.nn.Fixtures.BLOCK;
import static inkhorn.nn.Fixtures.CHANNELS;
import static inkhorn.nn.Fixtures.VOCAB;
import static inkhorn.nn.Fixtures.config;
import static inkhorn.nn.Fixtures.gpt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import inkhorn.autograd.Tensor;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StateDictTest {

    private static final String WTE = "transformer.wte.weight";
    private static final String WPE = "transformer.wpe.weight";
    private static final String HEAD = "lm_head.weight";

    private final Gpt source = gpt(config());
    private final Gpt target = new Gpt(config());
    private final Map<String, Tensor> state = StateDict.of(source);

    @Test
    void loadingCopiesEveryParameter() {
        StateDict.load(target, state);
        Map<String, Tensor> loaded = StateDict.of(target);
        assertThat(loaded).containsOnlyKeys(state.keySet());
        state.forEach((name, tensor) -> assertThat(loaded.get(name).data()).as(name)
                .isEqualTo(tensor.data()).isNotSameAs(tensor.data()));
    }

    @Test
    void theStateIsAViewOfTheParameters() {
        state.get(WTE).data()[0] = 42;
        assertThat(source.namedParameters().get(0).tensor().data()[0]).isEqualTo(42);
    }

    @Test
    void aTiedHeadIsNotWritten() {
        assertThat(state).doesNotContainKey(HEAD);
        assertThat(StateDict.of(gpt(config(0, true, Position.LEARNED, false)))).containsKey(HEAD);
    }

    @Test
    void aHeadEqualToItsTiedTableIsAccepted() {
        state.put(HEAD, Tensor.of(state.get(WTE).data().clone(), VOCAB, CHANNELS));
        StateDict.load(target, state);
        assertThat(StateDict.of(target).get(WTE).data()).isEqualTo(state.get(WTE).data());
    }

    @Test
    void aHeadThatDiffersFromItsTiedTableIsRefused() {
        state.put(HEAD, Tensor.zeros(VOCAB, CHANNELS));
        assertThatThrownBy(() -> StateDict.load(target, state)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("weights do not fit the model; lm_head.weight holds 0.0 at index 0");
    }

    @Test
    void missingUnexpectedAndWronglyShapedNamesAreAllListedAndNothingChanges() {
        state.remove(WPE);
        state.remove("transformer.ln_f.bias");
        state.put("transformer.h.7.ln_1.weight", Tensor.zeros(CHANNELS));
        state.put("transformer.ln_f.weight", Tensor.zeros(5));
        assertThatThrownBy(() -> StateDict.load(target, state)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("weights do not fit the model; missing: transformer.wpe.weight, transformer.ln_f.bias; "
                        + "unexpected: transformer.h.7.ln_1.weight; "
                        + "of another shape: transformer.ln_f.weight (5,) where the model has (12,)");
        assertThat(StateDict.of(target).get(WTE).data()).containsOnly(0);
    }

    @Test
    void sinusoidalPositionsAreWrittenAndOptionalOnReading() {
        GptConfig sinusoidal = config(0, true, Position.SINUSOIDAL, true);
        Map<String, Tensor> written = StateDict.of(gpt(sinusoidal));
        assertThat(written).containsKey(WPE);
        StateDict.load(new Gpt(sinusoidal), written);
        written.remove(WPE);
        StateDict.load(new Gpt(sinusoidal), written);
    }

    @Test
    void positionsThatAreNotTheComputedOnesAreRefused() {
        Map<String, Tensor> written = StateDict.of(gpt(config(0, true, Position.SINUSOIDAL, true)));
        written.put(WPE, Tensor.zeros(BLOCK, CHANNELS));
        assertThatThrownBy(() -> StateDict.load(new Gpt(config(0, true, Position.SINUSOIDAL, true)), written))
                .hasMessageContaining("transformer.wpe.weight holds 0.0 at index 1");
    }
}
