package inkhorn.train;

import inkhorn.checkpoint.Checkpoint;
import inkhorn.checkpoint.ModelFiles;
import inkhorn.config.Difference;
import inkhorn.config.ModelConfig;
import inkhorn.config.UserError;
import inkhorn.data.tokenizer.Tokenizer;
import inkhorn.data.tokenizer.Tokenizers;
import inkhorn.generate.TokenizerStamp;
import inkhorn.generate.TrainedModel;
import inkhorn.nn.LanguageModel;
import inkhorn.nn.LanguageModels;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The weights of a checkpoint as those that a new run begins with: {@code model.init_from}. */
public final class InitialWeights {

    /** What must be the same, by the keys of a {@code config.json}; dropout is no part of a model's shape. */
    private static final Map<String, String> SHAPE = new LinkedHashMap<>();

    static {
        SHAPE.put("model_type", "model.type");
        SHAPE.put("vocab_size", "the vocabulary's size");
        SHAPE.put("n_positions", "model.block_size");
        SHAPE.put("n_layer", "model.n_layer");
        SHAPE.put("n_head", "model.n_head");
        SHAPE.put("n_embd", "model.n_embd");
        SHAPE.put("bias", "model.bias");
        SHAPE.put("activation_function", "model.activation");
        SHAPE.put("position", "model.position");
        SHAPE.put("tie_word_embeddings", "model.tie_weights");
        SHAPE.put("layer_norm_epsilon", "the epsilon of layer norms");
    }

    private InitialWeights() {
    }

    /**
     * Replaces the weights of a model by those of a checkpoint. A directory without a tokenizer is held against the vocabulary's size alone.
     *
     * @param from what {@code sample} takes too: a checkpoint, a run, or a directory with model.safetensors and config.json
     * @return the checkpoint
     * @throws UserError naming what differs where the model or the tokenizer is another one
     * @throws inkhorn.checkpoint.CheckpointException where there is no checkpoint, or it is damaged
     */
    public static Checkpoint load(LanguageModel model, Tokenizer tokenizer, Path from) {
        Checkpoint checkpoint = TrainedModel.checkpoint(from);
        requireSameTokenizer(checkpoint, tokenizer);
        requireSameShape(checkpoint, model);
        ModelFiles.loadInto(model, checkpoint);
        return checkpoint;
    }

    private static void requireSameTokenizer(Checkpoint checkpoint, Tokenizer tokenizer) {
        Optional<TokenizerStamp> own = checkpoint.file(TrainedModel.TOKENIZER_FILE).map(file -> TokenizerStamp.of(Tokenizers.load(file)))
                .or(() -> TokenizerStamp.read(checkpoint.config()));
        own.filter(stamp -> !stamp.sha256().equals(tokenizer.hash())).ifPresent(stamp -> {
            throw new UserError(ModelConfig.INIT_FROM + ": the tokenizer of " + checkpoint.directory() + " is " + stamp + ", the data's is "
                    + TokenizerStamp.of(tokenizer) + "; set data.tokenizer to the checkpoint's " + TrainedModel.TOKENIZER_FILE);
        });
    }

    private static void requireSameShape(Checkpoint checkpoint, LanguageModel model) {
        ModelFiles.outline(checkpoint);     // refuses a config.json that does not describe the weights
        Map<String, Object> mine = model.config();
        Map<String, Object> other = LanguageModels.normalized(ModelFiles.config(checkpoint));
        List<Difference> different = new ArrayList<>();
        SHAPE.forEach((key, name) -> {
            boolean ofBoth = mine.containsKey(key) && other.containsKey(key);
            if (ofBoth && !mine.get(key).equals(other.get(key))) {
                different.add(new Difference(name, String.valueOf(mine.get(key)), String.valueOf(other.get(key))));
            }
        });
        if (!different.isEmpty()) {
            throw new UserError(ModelConfig.INIT_FROM + ": " + checkpoint.directory() + " has a model of another shape: "
                    + different.stream().map(Difference::toString).collect(Collectors.joining(", "))
                    + "; set them to the checkpoint's, or choose another checkpoint");
        }
    }
}
