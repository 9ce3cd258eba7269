package inkhorn.exchange;

import inkhorn.autograd.kernel.RowNorm;
import inkhorn.nn.Activation;
import inkhorn.nn.Gpt;
import inkhorn.nn.GptConfig;
import inkhorn.nn.LanguageModel;
import inkhorn.nn.config.Records;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** Which models a reader of GPT-2s computes as Inkhorn does. Positions that are computed are stored as a table. */
final class Gpt2Limits {
    private Gpt2Limits() {}

    /**
     * Why a model is none of them.
     *
     * @param reader who computes, for the message
     * @param activations the feed-forward activations that it has
     */
    static Optional<String> obstacle(LanguageModel model, String reader, Set<Activation> activations) {
        if (!(model instanceof Gpt gpt)) {
            return Optional.of("the model is no GPT, and " + reader + " computes nothing else");
        }
        GptConfig config = gpt.gptConfig();
        if (config.norm() != RowNorm.LAYERNORM) {
            return Optional.of("the model has norm " + Records.word(config.norm()) + ", " + reader
                    + " computes layernorm; train with model.norm: layernorm");
        }
        if (config.normPosition() != GptConfig.NormPosition.PRE) {
            return Optional.of("the model has norm_position " + Records.word(config.normPosition()) + ", " + reader
                    + " has norms at the input of a branch alone; train with model.norm_position: pre");
        }
        if (!config.position().isTable()) {
            return Optional.of("the model has position " + Records.word(config.position()) + ", " + reader
                    + " adds a table of positions; train with model.position: learned");
        }
        if (config.qkNorm()) {
            return Optional.of("the model has qk_norm, " + reader + " normalizes neither queries nor keys; train with"
                    + " model.qk_norm: false");
        }
        if (config.valueResidual()) {
            return Optional.of("the model has value_residual, " + reader + " mixes the values of no two blocks; train"
                    + " with model.value_residual: false");
        }
        if (config.logitSoftcap() != 0) {
            return Optional.of("the model has logit_softcap " + config.logitSoftcap() + ", " + reader
                    + " bounds no logits; train with model.logit_softcap: 0");
        }
        if (config.keyHeads() != config.nHead()) {
            return Optional.of("the model has n_kv_head " + config.nKvHead() + " and n_head " + config.nHead() + ", "
                    + reader + " has keys and values for each head; train with model.n_kv_head: 0");
        }
        if (!activations.contains(config.activation())) {
            String computed = String.join(" or ", EnumSet.copyOf(activations).stream().map(Records::word).toList());
            return Optional.of("the model has activation " + Records.word(config.activation()) + ", " + reader
                    + " computes " + computed + "; train with model.activation: " + computed);
        }
        return Optional.empty();
    }
}
