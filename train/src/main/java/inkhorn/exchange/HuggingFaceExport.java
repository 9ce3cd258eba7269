package inkhorn.exchange;

import com.fasterxml.jackson.databind.node.ObjectNode;
import inkhorn.checkpoint.CheckpointContents.FileWriter;
import inkhorn.checkpoint.Dtype;
import inkhorn.checkpoint.ModelFiles;
import inkhorn.generate.TokenizerFiles;
import inkhorn.generate.TokenizerStamp;
import inkhorn.nn.Activation;
import inkhorn.nn.Gpt;
import inkhorn.nn.GptConfig;
import inkhorn.nn.config.Records;
import inkhorn.nn.hf.HuggingFace;
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

    /** Of GPT-2 and Llama that one counts which the model is nearer to. */
    private static Optional<String> obstacle(ExportSource source) {
        List<String> toGpt2 = Gpt2Limits.obstacles(source.model(), "transformers' GPT-2", ACTIVATIONS);
        if (!(source.model() instanceof Gpt gpt)) {
            return toGpt2.stream().findFirst();
        }
        Map<String, Object> toLlama = HuggingFace.changesToLlama(gpt);
        return toGpt2.size() <= toLlama.size() ? toGpt2.stream().findFirst()
                : toLlama.entrySet().stream().findFirst().map(change -> toLlama(gpt.gptConfig(), change));
    }

    private static String toLlama(GptConfig config, Map.Entry<String, Object> change) {
        Object value = Records.values(config).entrySet().stream()
                .filter(component -> Records.key(component.getKey()).equals(change.getKey())).findFirst().orElseThrow()
                .getValue();
        return "the model has " + change.getKey() + " " + (value instanceof Enum<?> word ? Records.word(word) : value)
                + ", transformers' Llama and Qwen3 need " + change.getValue() + "; train with model." + change.getKey()
                + ": " + change.getValue();
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
