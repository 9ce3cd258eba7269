package inkhorn.exchange;

import inkhorn.autograd.kernel.RowNorm;
import inkhorn.nn.Activation;
import inkhorn.nn.Gpt;
import inkhorn.nn.GptConfig;
import inkhorn.nn.LanguageModel;
import inkhorn.nn.config.Records;
import inkhorn.nn.hf.HuggingFace;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Which models a reader of GPT-2s computes as Inkhorn does. Positions that are computed are stored as a table. */
final class Gpt2Limits {
    private Gpt2Limits() {}

    /** The first obstacle to a reader that has GPT-2 alone. */
    static Optional<String> obstacle(LanguageModel model, String reader, Set<Activation> activations) {
        List<String> obstacles = obstacles(model, reader, activations);
        boolean isLlama = model instanceof Gpt gpt && HuggingFace.changesToLlama(gpt).isEmpty();
        return isLlama ? Optional.of("the model is a Llama or Qwen3, and " + reader
                + " computes GPT-2 alone; export it with --format hf") : obstacles.stream().findFirst();
    }

    /**
     * Why a model is none of them; empty where it is one.
     *
     * @param reader who computes, for the message
     * @param activations the feed-forward activations that it has
     */
    static List<String> obstacles(LanguageModel model, String reader, Set<Activation> activations) {
        if (!(model instanceof Gpt gpt)) {
            return List.of("the model is no GPT, and " + reader + " computes nothing else");
        }
        List<String> obstacles = new ArrayList<>();
        GptConfig config = gpt.gptConfig();
        if (config.norm() != RowNorm.LAYERNORM) {
            obstacles.add("the model has norm " + Records.word(config.norm()) + ", " + reader
                    + " computes layernorm; train with model.norm: layernorm");
        }
        if (config.normPosition() != GptConfig.NormPosition.PRE) {
            obstacles.add("the model has norm_position " + Records.word(config.normPosition()) + ", " + reader
                    + " has norms at the input of a branch alone; train with model.norm_position: pre");
        }
        if (!config.position().isTable()) {
            obstacles.add("the model has position " + Records.word(config.position()) + ", " + reader
                    + " adds a table of positions; train with model.position: learned");
        }
        if (config.qkNorm()) {
            obstacles.add("the model has qk_norm, " + reader + " normalizes neither queries nor keys; train with"
                    + " model.qk_norm: false");
        }
        if (config.valueResidual()) {
            obstacles.add("the model has value_residual, " + reader + " mixes the values of no two blocks; train"
                    + " with model.value_residual: false");
        }
        if (config.logitSoftcap() != 0) {
            obstacles.add("the model has logit_softcap " + config.logitSoftcap() + ", " + reader
                    + " bounds no logits; train with model.logit_softcap: 0");
        }
        if (config.keyHeads() != config.nHead()) {
            obstacles.add("the model has n_kv_head " + config.nKvHead() + " and n_head " + config.nHead() + ", "
                    + reader + " has keys and values for each head; train with model.n_kv_head: 0");
        }
        if (!activations.contains(config.activation())) {
            String computed = String.join(" or ", EnumSet.copyOf(activations).stream().map(Records::word).toList());
            obstacles.add("the model has activation " + Records.word(config.activation()) + ", " + reader
                    + " computes " + computed + "; train with model.activation: " + computed);
        }
        return obstacles;
    }
}
