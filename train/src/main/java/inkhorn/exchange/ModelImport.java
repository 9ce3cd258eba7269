package inkhorn.exchange;

import com.fasterxml.jackson.databind.node.ObjectNode;
import inkhorn.autograd.Scope;
import inkhorn.checkpoint.Checkpoint;
import inkhorn.checkpoint.CheckpointException;
import inkhorn.checkpoint.ModelFiles;
import inkhorn.data.DataException;
import inkhorn.data.tokenizer.Tokenizer;
import inkhorn.data.tokenizer.Tokenizers;
import inkhorn.generate.TokenizerFiles;
import inkhorn.generate.TokenizerStamp;
import inkhorn.generate.TrainedModel;
import inkhorn.generate.VocabularyPadding;
import inkhorn.nn.LanguageModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * A Hugging Face directory of a GPT-2, as it is downloaded, made a checkpoint of Inkhorn's: {@code config.json};
 * {@code model.safetensors} or its index and files, in F32, F16 or BF16; {@code tokenizer.json}, or {@code vocab.json}
 * and {@code merges.txt}. The checkpoint holds F32 under GPT-2's full names, and each file in its canonical form.
 *
 * @param model     of shapes alone: the weights are copied part by part and never held whole
 * @param tokenizer empty where the directory has none: its model can be described and trained from, but not sampled
 * @param padding   rows of the token table that were left out, as no token has them
 * @param positions how many positions the directory's model had; the imported one may have fewer
 */
public record ModelImport(LanguageModel model, Optional<Tokenizer> tokenizer, int padding, int positions) {
    private static final List<String> DROPOUTS = List.of("resid_pdrop", "embd_pdrop", "attn_pdrop");

    /**
     * What may be set anew.
     *
     * @param dropout   of a training that begins here; empty: the directory's
     * @param blockSize the longest context, at most the directory's; empty: the directory's
     */
    public record Choices(OptionalDouble dropout, OptionalInt blockSize) {
    }

    /**
     * Reads a directory and writes the checkpoint.
     *
     * @param from a Hugging Face directory, or anything else that {@code sample} takes, or a model file of llm.c
     * @param to   is made; holds no model yet
     * @throws CheckpointException where files are missing, damaged or do not fit together (the user's error), or the
     *     checkpoint cannot be written
     * @throws DataException where the tokenizer is damaged or of another kind
     */
    public static ModelImport run(Path from, Path to, Choices choices) {
        ModelFiles.requireNoModel(to);
        if (Files.isRegularFile(from)) {
            return LlmcImport.run(from, to, choices);
        }
        Checkpoint checkpoint = TrainedModel.checkpoint(from);
        Optional<Tokenizer> tokenizer = Tokenizers.find(checkpoint.directory()).map(Tokenizers::load);
        Map<String, Object> published = ModelFiles.config(checkpoint);
        Map<String, Object> config = tokenizer.map(its -> VocabularyPadding.withoutPadding(checkpoint, its))
                .orElseGet(() -> ModelFiles.config(checkpoint));
        choices.dropout().ifPresent(dropout -> DROPOUTS.forEach(key -> config.put(key, dropout)));
        choices.blockSize().ifPresent(size -> crop(config, size, checkpoint));
        try (Scope shapes = Scope.openOnShapes()) {
            LanguageModel model = ModelFiles.architecture(checkpoint, config).get();
            copy(checkpoint, model, tokenizer, to);
            return new ModelImport(model, tokenizer, number(published, "vocab_size") - model.vocabSize(),
                    number(published, "n_positions"));
        }
    }

    private static void crop(Map<String, Object> config, int blockSize, Checkpoint checkpoint) {
        int longest = number(config, "n_positions");
        if (blockSize > longest) {
            throw CheckpointException.userError(checkpoint.directory() + ": has " + longest
                    + " positions, a context of " + blockSize + " was asked for; ask for at most " + longest);
        }
        config.put("n_positions", blockSize);
    }

    private static void copy(Checkpoint checkpoint, LanguageModel model, Optional<Tokenizer> tokenizer, Path to) {
        ObjectNode config = ModelFiles.configJson(model);
        if (tokenizer.isEmpty()) {
            ModelFiles.copy(checkpoint, model, to, config, Map.of());
            return;
        }
        int tokens = tokenizer.get().vocabSize();
        if (tokens != model.vocabSize()) {
            throw CheckpointException.userError(checkpoint.directory() + ": its tokenizer has " + tokens
                    + " tokens, its model " + model.vocabSize() + ", which is no padding of them; put the tokenizer's"
                    + " files there that belong to the model");
        }
        ModelFiles.copy(checkpoint, model, to, TokenizerStamp.of(tokenizer.get()).in(config),
                TokenizerFiles.of(tokenizer.get(), model.blockSize()));
    }

    /** 0 where the key is no number, of which the model's own check tells the user. */
    private static int number(Map<String, Object> config, String key) {
        return config.get(key) instanceof Number n ? n.intValue() : 0;
    }
}
