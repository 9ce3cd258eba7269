package inkhorn.config;

import inkhorn.nn.GptConfig;
import inkhorn.nn.Position;
import inkhorn.nn.config.Records;
import inkhorn.optim.Hyperparameters;
import inkhorn.optim.LrSchedule;
import inkhorn.optim.Optimizers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The table of keys that have no effect in combination with certain values of other keys. Values that are wrong, and
 * not just without effect, are refused by the records.
 */
final class IneffectiveKeys {
    static final List<Rule> RULES = Stream.concat(
            Arrays.stream(Optimizers.values()).map(IneffectiveKeys::ofOptimizer), Stream.of(
            new Rule("model.type bigram, which has one table and nothing else",
                    config -> config.model().type() == ModelConfig.Type.BIGRAM, ofGptsOnly()),
            new Rule("model.position other than rope, which rotates nothing",
                    config -> config.model().type() == ModelConfig.Type.GPT
                            && config.model().gpt().position() != Position.ROPE,
                    "model.rope_base", "model.rope_partial"),
            new Rule("model.n_layer 1, which has no later block",
                    config -> config.model().type() == ModelConfig.Type.GPT && config.model().gpt().nLayer() == 1,
                    "model.value_residual", "model.drop_path"),
            new Rule("model.tie_weights true, where the head has no weights of its own",
                    config -> config.model().type() == ModelConfig.Type.GPT && config.model().gpt().tieWeights(),
                    "model.head_init_std"),
            new Rule("optim.schedule constant, under which the learning rate does not fall",
                    IneffectiveKeys::isConstant,
                    "optim.min_lr", "optim.lr_decay_iters"),
            new Rule("optim.schedule other than wsd, which alone has a cooldown",
                    config -> config.optim().schedule() != LrSchedule.Decay.WSD, "optim.cooldown_iters"),
            new Rule("optim.warmup_iters not below train.max_iters, as the run ends before the learning rate falls",
                    config -> !isConstant(config) && config.optim().warmupIters() >= config.train().maxIters(),
                    "optim.schedule", "optim.min_lr", "optim.lr_decay_iters"),
            new Rule("train.batch_warmup_iters 0, which is no warm-up of the batch size",
                    config -> config.train().batchWarmupIters() == 0, "train.batch_warmup_from"),
            new Rule("train.eval_interval 0, which is never", config -> config.train().evalInterval() == 0,
                    "train.eval_iters", "train.sample_chars"),
            new Rule("lora.rank 0, which is no adapter", config -> !config.lora().isOn(), "lora.alpha", "lora.dropout",
                    "lora.targets"),
            new Rule("section lora, with which adapters alone are trained", config -> config.lora().isOn(),
                    "train.freeze"),
            new Rule("no run.mlflow_uri", config -> config.run().mlflowUri() == null, "run.mlflow_experiment"),
            new Rule("data.dir, which is the data set", config -> config.data().dir() != null, "data.dataset"),
            new Rule("data.dir, which has its own tokenizer, and no data.tokenizer",
                    config -> config.data().dir() != null && config.data().tokenizer() == null,
                    "data.vocab_size"))).toList();

    private IneffectiveKeys() {}

    /**
     * One row.
     *
     * @param beside  the value that takes the effect away, in words that follow "no effect with"
     * @param applies whether a config has that value
     * @param keys    dotted
     */
    record Rule(String beside, Predicate<RunConfig> applies, List<String> keys) {
        Rule(String beside, Predicate<RunConfig> applies, String... keys) {
            this(beside, applies, List.of(keys));
        }
    }

    /** The hyperparameters that an optimizer does not read. */
    private static Rule ofOptimizer(Optimizers optimizer) {
        List<String> unread = Arrays.stream(Hyperparameters.class.getRecordComponents())
                .map(component -> Records.key(component.getName()))
                .filter(name -> !optimizer.hyperparameters().contains(name)).map(name -> "optim." + name).toList();
        return new Rule("optim.optimizer " + Records.word(optimizer) + ", which does not read it",
                config -> config.optim().optimizer() == optimizer, unread);
    }

    /** The keys of an architecture but for the one that a bigram has too, and what is done with its blocks. */
    private static List<String> ofGptsOnly() {
        Stream<String> keys = Arrays.stream(GptConfig.class.getRecordComponents())
                .map(c -> ConfigKeys.dotted("model", c))
                .filter(key -> ConfigKeys.names().contains(key) && !key.equals("model.block_size"));
        return Stream.concat(keys, Stream.of("train.activation_checkpointing")).toList();
    }

    /**
     * A line for each row that applies to a key that was given, in the file or on the command line; none for defaults.
     */
    static List<String> notes(RunConfig config, Collection<String> given) {
        List<String> notes = new ArrayList<>();
        for (Rule rule : RULES) {
            List<String> idle = rule.keys().stream().filter(given::contains).toList();
            if (!idle.isEmpty() && rule.applies().test(config)) {
                notes.add(String.join(", ", idle) + (idle.size() == 1 ? ": has" : ": have") + " no effect with "
                        + rule.beside());
            }
        }
        return notes;
    }

    private static boolean isConstant(RunConfig config) {
        return config.optim().schedule() == LrSchedule.Decay.CONSTANT;
    }
}
