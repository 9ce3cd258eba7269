package inkhorn.exchange;

import inkhorn.autograd.Scope;
import inkhorn.checkpoint.CheckpointException;
import inkhorn.checkpoint.ModelCopy;
import inkhorn.checkpoint.ModelFiles;
import inkhorn.checkpoint.TensorInfo;
import inkhorn.data.tokenizer.Tokenizer;
import inkhorn.generate.VocabularyPadding;
import inkhorn.nn.LanguageModel;
import inkhorn.nn.StateDict;
import inkhorn.nn.hf.HuggingFace;
import inkhorn.nn.hf.Transposed;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** A GPT-2 in a GGUF file, with the tokenizer in it, made a checkpoint; {@link GgufExport} writes such a file. */
final class GgufImport {
    /** Values that are compared at a time. */
    private static final int PART = 1 << 16;

    private final GgufReader file;
    private final Path path;

    private GgufImport(GgufReader file, Path path) {
        this.file = file;
        this.path = path;
    }

    /** As {@link ModelImport#run}, of a file. */
    static ModelImport run(Path path, Path to, ModelImport.Choices choices) {
        try (GgufReader file = GgufReader.open(path)) {
            return new GgufImport(file, path).run(to, choices);
        } catch (InternalError e) {
            // What Java throws where a page of a mapped file is no longer there.
            throw CheckpointException.unreadable(path, new EOFException("the file became shorter while it was read"));
        }
    }

    private ModelImport run(Path to, ModelImport.Choices choices) {
        GgufMetadata.requireGpt2(file);
        Optional<Tokenizer> tokenizer = GgufTokenizer.read(file);
        boolean isTied = isTied();
        Map<String, Object> config = GgufMetadata.config(file, isTied);
        int rows = GgufMetadata.tokenTable(file).shape()[0];
        int tokens = tokenizer.map(Tokenizer::vocabSize).orElse(rows);
        if (tokens != rows && rows != GgufTokenizer.listed(file) && !VocabularyPadding.isPadded(rows, tokens)) {
            throw file.damaged("its tokenizer has " + tokens + " tokens, its model " + rows
                    + ", which is no padding of them");
        }
        int positions = (int) config.get("n_positions");
        config.put("vocab_size", tokens);
        choices.into(config, path);
        try (Scope shapes = Scope.openOnShapes()) {
            LanguageModel model = HuggingFace.model(config);
            Map<String, StateDict.Stored> weights = HuggingFace.weights(config, model, weights(isTied));
            try (ModelCopy copy = ModelFiles.copy(model, weights, to)) {
                ModelImport.finish(copy, model, tokenizer);
            }
            return new ModelImport(model, tokenizer, rows - tokens, positions);
        } catch (IllegalArgumentException e) {
            throw file.damaged(GgufNames.inText(e.getMessage()));
        } catch (IOException e) {
            throw ModelImport.unsaved(to, e);
        }
    }

    /** Whether a head is absent, or the token table a second time, as llama.cpp's converter used to write it. */
    private boolean isTied() {
        TensorInfo table = GgufMetadata.tokenTable(file);
        TensorInfo head = file.tensors().get(GgufNames.HEAD);
        if (head == null) {
            return true;
        }
        boolean isEqual = Arrays.equals(head.shape(), table.shape());
        for (long from = 0; isEqual && from < table.elements(); from += PART) {
            float[] its = new float[(int) Math.min(PART, table.elements() - from)];
            float[] tables = new float[its.length];
            file.read(head, (int) from, its);
            file.read(table, (int) from, tables);
            isEqual = Arrays.equals(its, tables);
        }
        return isEqual;
    }

    /** By GPT-2's names; a name that is none stays, so that it is refused. */
    private Map<String, StateDict.Stored> weights(boolean isTied) {
        Map<String, StateDict.Stored> weights = new LinkedHashMap<>();
        file.tensors().forEach((name, info) -> {
            boolean isCopy = isTied && name.equals(GgufNames.HEAD);
            if (!isCopy) {
                weights.put(GgufNames.toHuggingFace(name), GgufNames.isLinear(name, info.shape().length)
                        ? Transposed.of(new Plain(info)) : new Plain(info));
            }
        });
        return weights;
    }

    private final class Plain implements StateDict.Stored {
        private final TensorInfo info;

        Plain(TensorInfo info) {
            this.info = info;
        }

        @Override
        public int[] shape() {
            return info.shape();
        }

        @Override
        public void read(int from, float[] target) {
            file.read(info, from, target);
        }
    }
}
