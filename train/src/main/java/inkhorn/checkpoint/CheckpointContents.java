package inkhorn.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * All that a checkpoint holds. Tensors are views of the live arrays: nothing may change them until the save has
 * returned.
 *
 * @param kind       whether the weights are a model's or an adapter's
 * @param model      the parameters, under the names that the file has for them
 * @param optimizer  the optimizer's moments, as {@code <parameter>.<moment>}
 * @param config     {@code config.json}, such that transformers can open the directory
 * @param trainer    {@code trainer.json}: seed, step, best loss and what else a resume needs
 * @param extraFiles further files by plain name, the tokenizer's above all, written in this order
 */
public record CheckpointContents(Kind kind, List<NamedTensor> model, List<NamedTensor> optimizer, ObjectNode config,
        ObjectNode trainer, Map<String, FileWriter> extraFiles) {
    /** What the weights are of. */
    public enum Kind {
        MODEL(CheckpointLayout.MODEL), ADAPTER(CheckpointLayout.ADAPTER);

        private final String file;

        Kind(String file) {
            this.file = file;
        }

        String file() {
            return file;
        }
    }

    /**
     * Writes one file of a checkpoint, a tokenizer's for example, which does not exist yet; the store syncs and hashes
     * it.
     */
    @FunctionalInterface
    public interface FileWriter {
        /** @throws IOException where the file cannot be written; the save is then undone */
        void write(Path file) throws IOException;
    }

    /** @throws IllegalArgumentException where an extra file's name is not plain, or is one the store writes itself */
    public CheckpointContents {
        model = List.copyOf(model);
        optimizer = List.copyOf(optimizer);
        extraFiles = new LinkedHashMap<>(extraFiles);
        for (String name : extraFiles.keySet()) {
            boolean taken = CheckpointLayout.ALWAYS.contains(name)
                    || CheckpointLayout.WEIGHTS.contains(name) || name.equals(CheckpointLayout.MANIFEST);
            if (taken || !CheckpointManifest.isPlainName(name)) {
                throw new IllegalArgumentException("\"" + name + "\" cannot be the name of an extra file");
            }
        }
    }

    /** Of a model. */
    public CheckpointContents(List<NamedTensor> model, List<NamedTensor> optimizer, ObjectNode config,
            ObjectNode trainer, Map<String, FileWriter> extraFiles) {
        this(Kind.MODEL, model, optimizer, config, trainer, extraFiles);
    }
}
