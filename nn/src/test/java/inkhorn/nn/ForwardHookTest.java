package inkhorn.nn;

import static inkhorn.nn.Fixtures.BLOCK;
import static inkhorn.nn.Fixtures.VOCAB;
import static inkhorn.nn.Fixtures.config;
import static inkhorn.nn.Fixtures.gpt;
import static inkhorn.nn.Fixtures.ids;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import inkhorn.autograd.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ForwardHookTest {

    private final Gpt gpt = gpt(config());

    @Test
    void theStepsOfABlockComeInTheOrderOfComputationUnderTheirFullNames() {
        List<String> steps = new ArrayList<>();
        gpt.logits(ids(2, 4, 1), Pass.observed(step -> steps.add(step.name() + " " + step.shape())));
        assertThat(steps.stream().filter(step -> step.startsWith("transformer.h.1."))
                .map(step -> step.substring("transformer.h.1.".length())))
                .containsExactly("ln_1 (2, 4, 12)", "attn.c_attn (2, 4, 36)", "attn q, k, v (2, 3, 4, 4)",
                        "attn scores (2, 3, 4, 4)", "attn softmax (2, 3, 4, 4)", "attn values (2, 3, 4, 4)",
                        "attn heads joined (2, 4, 12)", "attn.c_proj (2, 4, 12)", "+ attn (2, 4, 12)",
                        "ln_2 (2, 4, 12)", "mlp.c_fc (2, 4, 48)", "mlp.c_proj (2, 4, 12)", "+ mlp (2, 4, 12)");
        assertThat(steps).startsWith("ids (2, 4)", "transformer.wte (2, 4, 12)", "transformer.wpe (4, 12)",
                "transformer.wte + wpe (2, 4, 12)")
                        .endsWith("transformer.ln_f (2, 4, 12)", "lm_head (2, 4, " + VOCAB + ")");
    }

    @Test
    void theStreamIsTheSumOfItsBranchesAndEndsInTheLogits() {
        Map<String, float[]> seen = new LinkedHashMap<>();
        Tensor logits = gpt.logits(ids(1, BLOCK, 1), Pass.observed(step -> {
            if (step.value() != null) {
                seen.put(step.name(), step.value().data().clone());
            }
        }));
        float[] sum = seen.get("transformer.wte + wpe").clone();
        for (String branch : List.of("h.0.attn", "h.0.mlp", "h.1.attn", "h.1.mlp")) {
            float[] added = seen.get("transformer." + branch + ".c_proj");
            for (int i = 0; i < sum.length; i++) {
                sum[i] += added[i];
            }
            String name = "transformer." + branch.substring(0, 4) + "+ " + branch.substring(4);
            assertThat(seen.get(name)).as(name).containsExactly(sum, within(1e-6f));
        }
        assertThat(seen.get("lm_head")).isEqualTo(logits.data());
    }

    @Test
    void lookingChangesNoBit() {
        float[] unseen = gpt.logits(ids(2, 5, 1), Pass.evaluation()).data();
        assertThat(gpt.logits(ids(2, 5, 1), Pass.observed(step -> { })).data()).isEqualTo(unseen);
    }

    @Test
    void aBigramShowsItsStepsToo() {
        List<String> steps = new ArrayList<>();
        new Bigram(VOCAB, BLOCK)
                .logits(ids(2, 3, 1), Pass.observed(step -> steps.add(step.name() + " " + step.shape())));
        assertThat(steps).containsExactly("ids (2, 3)", "token_embedding_table (2, 3, " + VOCAB + ")");
    }
}
