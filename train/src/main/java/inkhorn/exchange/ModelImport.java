package inkhorn.exchange;

import com.fasterxml.jackson.databind.node.ObjectNode;
import inkhorn.autograd.Scope;
import inkhorn.checkpoint.Checkpoint;
import inkhorn.checkpoint.CheckpointException;
import inkhorn.checkpoint.ModelCopy;
import inkhorn.checkpoint.ModelFiles;
import inkhorn.data.DataException;
import inkhorn.data.tokenizer.Tokenizer;
import inkhorn.data.tokenizer.Tokenizers;
import inkhorn.generate.TokenizerFiles;
import inkhorn.generate.TokenizerStamp;
import inkhorn.generate.TrainedModel;
import inkhorn.generate.VocabularyPadding;
import inkhorn.nn.LanguageModel;
import inkhorn.nn.hf.HuggingFace;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * A Hugging Face directory of a GPT-2, Llama or Qwen3, as it is downloaded, or a GGUF file or llm.c's, made a
 * checkpoint of Inkhorn's. A directory has {@code config.json}; {@code model.safetensors} or its index and files, in
 * F32, F16 or BF16; {@code tokenizer.json}, or {@code vocab.json} and {@code merges.txt}. The checkpoint holds F32
 * under full names, and each file in its canonical form.
 *
 * @param model     of shapes alone: the weights are copied part by part and never held whole
 * @param tokenizer empty where the directory has none: its model can be described and trained from, but not sampled
 * @param padding   rows of the token table that were left out, as no token has them
 * @param positions how many positions the directory's model had; the imported one may have fewer
 */
public record ModelImport(LanguageModel model, Optional<Tokenizer> tokenizer, int padding, int positions) {
    /**
     * What may be set anew.
     *
     * @param dropout   of a training that begins here; empty: the directory's
     * @param blockSize the longest context, at most the directory's; empty: the directory's
     */
    public record Choices(OptionalDouble dropout, OptionalInt blockSize) {
        /** Puts them into the keys of a {@code config.json}. */
        void into(Map<String, Object> config, Path from) {
            dropout.ifPresent(value -> config.putAll(HuggingFace.withDropout(config, value)));
            if (blockSize.isPresent()) {
                String key = HuggingFace.blockSizeKey(config);
                config.put(key, blockSize(from, number(config, key)));
            }
        }

        /**
         * The context of a model that has so many positions.
         *
         * @throws CheckpointException (the user's error) where fewer are there than were asked for
         */
        int blockSize(Path from, int positions) {
            int chosen = blockSize.orElse(positions);
            if (chosen > positions) {
                throw CheckpointException.userError(from + ": has " + positions + " positions, a context of " + chosen
                        + " was asked for; ask for at most " + positions);
            }
            return chosen;
        }
    }

    /**
     * Reads a directory and writes the checkpoint.
     *
     * @param from a Hugging Face directory, or anything else that {@code sample} takes, a GGUF file, or a model file of
     *             llm.c
     * @param to   is made; holds no model yet
     * @throws CheckpointException where files are missing, damaged or do not fit together (the user's error), or the
     *     checkpoint cannot be written
     * @throws DataException where the tokenizer is damaged or of another kind
     */
    public static ModelImport run(Path from, Path to, Choices choices) {
        ModelFiles.requireNoModel(to);
        if (Files.isRegularFile(from)) {
            return isGguf(from) ? GgufImport.run(from, to, choices) : LlmcImport.run(from, to, choices);
        }
        Checkpoint checkpoint = TrainedModel.checkpoint(from);
        Optional<Path> file = Tokenizers.find(checkpoint.directory());
        Map<String, Object> config = ModelFiles.config(checkpoint);
        int rows = number(config, "vocab_size");
        int positions = number(config, HuggingFace.blockSizeKey(config));
        // How many rows are padding is known with the tokenizer; without any, it is read while the weights are copied.
        Optional<Tokenizer> early = VocabularyPadding.isPossible(rows) ? file.map(Tokenizers::load) : Optional.empty();
        early.ifPresent(its -> config.putAll(VocabularyPadding.withoutPadding(checkpoint, its)));
        choices.into(config, checkpoint.directory());
        try (Scope shapes = Scope.openOnShapes()) {
            LanguageModel model = ModelFiles.architecture(checkpoint, config).get();
            try (ModelCopy copy = ModelFiles.copy(checkpoint, model, to)) {
                Optional<Tokenizer> tokenizer = early.isPresent() ? early : file.map(Tokenizers::load);
                requireOneVocabulary(checkpoint.directory(), model, tokenizer);
                finish(copy, model, tokenizer);
                return new ModelImport(model, tokenizer, rows - model.vocabSize(), positions);
            }
        } catch (IOException e) {
            throw unsaved(to, e);
        }
    }

    private static boolean isGguf(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return file.toString().endsWith(".gguf") || GgufFile.isBeginning(in.readNBytes(Integer.BYTES));
        } catch (IOException e) {
            throw CheckpointException.unreadable(file, e);
        }
    }

    private static void requireOneVocabulary(Path from, LanguageModel model, Optional<Tokenizer> tokenizer) {
        int tokens = tokenizer.map(Tokenizer::vocabSize).orElse(model.vocabSize());
        if (tokens != model.vocabSize()) {
            throw CheckpointException.userError(from + ": its tokenizer has " + tokens + " tokens, its model "
                    + model.vocabSize() + ", which is no padding of them; put the tokenizer's files there that belong"
                    + " to the model");
        }
    }

    /** Writes what lies beside the weights. */
    static void finish(ModelCopy copy, LanguageModel model, Optional<Tokenizer> tokenizer) {
        ObjectNode config = ModelFiles.configJson(model);
        tokenizer.ifPresent(its -> TokenizerStamp.of(its).in(config));
        copy.finish(config, tokenizer.map(its -> TokenizerFiles.of(its, model.blockSize())).orElse(Map.of()));
    }

    static CheckpointException unsaved(Path to, IOException e) {
        return CheckpointException.runFailure(to + ": the model cannot be saved (" + CheckpointException.reason(e)
                + "); check free space and permissions", e);
    }

    /** 0 where the key is no number, of which the model's own check tells the user. */
    private static int number(Map<String, Object> config, String key) {
        return config.get(key) instanceof Number n ? n.intValue() : 0;
    }
}
