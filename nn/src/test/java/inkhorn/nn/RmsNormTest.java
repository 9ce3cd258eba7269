package inkhorn.nn;

import static inkhorn.nn.Fixtures.CHANNELS;
import static inkhorn.nn.Fixtures.LAYERS;
import static inkhorn.nn.Fixtures.config;
import static inkhorn.nn.Fixtures.gpt;
import static inkhorn.nn.Fixtures.ids;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import inkhorn.autograd.Rng;
import inkhorn.autograd.kernel.RowNorm;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A model with RMSNorm in LayerNorm's place. */
class RmsNormTest {

    private final Gpt gpt = gpt(config().withNorm(RowNorm.RMSNORM));

    @Test
    void everyNormOfAModelIsItsDefinitionOfTheStream() {
        Map<String, float[]> gammas = new HashMap<>();
        gpt.namedParameters().stream().filter(p -> p.name().matches(".*ln_(1|2|f).weight")).forEach(p -> {
            Initial.normal(p, 1, new Rng(3));
            gammas.put(p.name(), p.tensor().data());
        });
        List<String> checked = new ArrayList<>();
        float[][] stream = new float[1][];
        gpt.logits(ids(2, 5, 1), Pass.observed(step -> {
            float[] gamma = gammas.get(step.name() + ".weight");
            if (gamma != null) {
                assertThat(step.value().data()).as(step.name())
                        .containsExactly(definition(stream[0], gamma), within(1e-5f));
                checked.add(step.name());
            }
            stream[0] = step.value() == null ? null : step.value().data().clone();
        }));
        assertThat(checked).hasSize(2 * LAYERS + 1);
    }

    /** x / √(mean(x²) + eps) · gamma, computed in double. */
    private static float[] definition(float[] x, float[] gamma) {
        float[] y = new float[x.length];
        for (int row = 0; row < x.length; row += CHANNELS) {
            double squares = 0;
            for (int c = 0; c < CHANNELS; c++) {
                squares += (double) x[row + c] * x[row + c];
            }
            for (int c = 0; c < CHANNELS; c++) {
                y[row + c] = (float) (x[row + c] / Math.sqrt(squares / CHANNELS + 1e-5) * gamma[c]);
            }
        }
        return y;
    }

    @Test
    void itHasNoShiftWhereLinearLayersHaveBiases() {
        assertThat(gpt.namedParameters()).extracting(Parameter::name)
                .contains("transformer.ln_f.weight", "transformer.h.0.mlp.c_fc.bias")
                .noneMatch(name -> name.matches(".*ln_.*bias"));
    }
}
