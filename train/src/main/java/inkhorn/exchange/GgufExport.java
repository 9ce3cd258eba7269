package inkhorn.exchange;

import inkhorn.autograd.Tensor;
import inkhorn.checkpoint.Dtype;
import inkhorn.data.tokenizer.Tokenizer;
import inkhorn.data.tokenizer.bpe.BpeTokenizer;
import inkhorn.nn.Activation;
import inkhorn.nn.Gpt;
import inkhorn.nn.hf.HuggingFace;
import inkhorn.nn.hf.Transposed;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A GGUF file of llama.cpp's architecture {@code gpt2}: keys, names and types of tensors as its converter
 * (conversion/gpt2.py, gguf-py/gguf/constants.py) writes them.
 */
final class GgufExport {
    static final ExportFormat FORMAT = new ExportFormat("gguf",
            "a GGUF file, model-DTYPE.gguf, for llama.cpp and the programs that contain it",
            List.of(Dtype.F32, Dtype.F16, Dtype.BF16), GgufExport::obstacle, GgufExport::write);

    private GgufExport() {}

    private static Optional<String> obstacle(ExportSource source) {
        Optional<String> model = Gpt2Limits.obstacle(source.model(), "llama.cpp's gpt2",
                EnumSet.of(Activation.GELU_TANH));
        return model.isPresent() ? model : tokenizerObstacle(source.tokenizer());
    }

    private static Optional<String> tokenizerObstacle(Optional<Tokenizer> tokenizer) {
        if (tokenizer.isEmpty()) {
            return Optional.of("the checkpoint has no tokenizer.json, and a GGUF file contains the tokenizer; put the"
                    + " one that the model was trained with there");
        }
        if (!(tokenizer.get() instanceof BpeTokenizer)) {
            return Optional.of("the model has the tokenizer " + tokenizer.get().name() + ", llama.cpp's gpt2 reads"
                    + " byte-level BPE alone; train with data.tokenizer: bpe or gpt2");
        }
        // Without one, llama.cpp takes token 11 for it and stops there.
        return tokenizer.get().endOfText().isPresent() ? Optional.empty()
                : Optional.of("the tokenizer has no <|endoftext|>, which llama.cpp's gpt2 needs");
    }

    private static void write(ExportSource source, Dtype type, Path directory) throws IOException {
        Gpt gpt = (Gpt) source.model();
        List<GgufFile.Entry> tensors = new ArrayList<>();
        HuggingFace.state(gpt).forEach((name, tensor) -> tensors.add(entry(name, tensor, type)));
        Map<String, GgufValue> metadata = GgufMetadata.of(gpt.gptConfig(), type);
        metadata.putAll(GgufTokenizer.metadata(source.tokenizer().orElseThrow()));
        GgufFile.write(directory.resolve("model-" + ExportFormat.word(type) + ".gguf"), metadata, tensors);
    }

    private static GgufFile.Entry entry(String name, Tensor tensor, Dtype type) {
        String gguf = GgufNames.ofHuggingFace(name);
        // The weights of linear layers lie there (outputs, inputs), as in a torch Linear; Conv1D has them transposed.
        boolean isLinear = GgufNames.isLinear(gguf, tensor.shape().rank());
        // Vectors and positions are never of another type there.
        boolean isSmall = tensor.shape().rank() == 1 || gguf.equals(GgufNames.POSITIONS);
        int[] shape = tensor.shape().dims();
        return new GgufFile.Entry(gguf, isLinear ? new int[] {shape[1], shape[0]} : shape,
                isLinear ? Transposed.of(tensor.data(), shape[0], shape[1]) : tensor.data(),
                isSmall ? Dtype.F32 : type);
    }
}
