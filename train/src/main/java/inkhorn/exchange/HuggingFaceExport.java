package inkhorn.exchange;

import com.fasterxml.jackson.databind.node.ObjectNode;
import inkhorn.checkpoint.CheckpointContents.FileWriter;
import inkhorn.checkpoint.Dtype;
import inkhorn.checkpoint.ModelFiles;
import inkhorn.generate.TokenizerFiles;
import inkhorn.generate.TokenizerStamp;
import inkhorn.nn.Activation;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A Hugging Face directory: {@code config.json}, {@code model.safetensors} and the tokenizer's files, without a
 * trainer's state.
 */
final class HuggingFaceExport {
    static final ExportFormat FORMAT = new ExportFormat("hf",
            "a Hugging Face directory (config.json, model.safetensors, the tokenizer), for transformers and Inkhorn",
            List.of(Dtype.F32, Dtype.F16, Dtype.BF16), HuggingFaceExport::obstacle, HuggingFaceExport::write);

    private static final Set<Activation> ACTIVATIONS =
            EnumSet.of(Activation.GELU, Activation.GELU_TANH, Activation.RELU, Activation.RELU2);

    private HuggingFaceExport() {}

    private static Optional<String> obstacle(ExportSource source) {
        return Gpt2Limits.obstacle(source.model(), "transformers' GPT-2", ACTIVATIONS);
    }

    private static void write(ExportSource source, Dtype type, Path directory) {
        ObjectNode config = ModelFiles.configJson(source.model());
        config.put("torch_dtype", switch (type) {
            case F16 -> "float16";
            case BF16 -> "bfloat16";
            default -> "float32";
        });
        source.tokenizer().ifPresent(tokenizer -> TokenizerStamp.of(tokenizer).in(config));
        Map<String, FileWriter> files = source.tokenizer()
                .map(tokenizer -> TokenizerFiles.forTransformers(tokenizer, source.model().blockSize()))
                .orElse(Map.of());
        ModelFiles.save(directory, source.model(), config, files, type);
    }
}
