package inkhorn.exchange;

import inkhorn.autograd.Tensor;
import inkhorn.checkpoint.Dtype;
import inkhorn.data.tokenizer.Tokenizer;
import inkhorn.data.tokenizer.bpe.BpeTokenizer;
import inkhorn.nn.Activation;
import inkhorn.nn.Gpt;
import inkhorn.nn.GptConfig;
import inkhorn.nn.hf.HuggingFace;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
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

    private static final String ARCHITECTURE = "gpt2";
    /** GPT-2's name of a module inside of a block, and llama.cpp's. */
    private static final Map<String, String> IN_BLOCK = Map.of(
            "ln_1", "attn_norm", "attn.c_attn", "attn_qkv", "attn.c_proj", "attn_output",
            "ln_2", "ffn_norm", "mlp.c_fc", "ffn_up", "mlp.c_proj", "ffn_down");
    private static final Map<String, String> OUTSIDE = Map.of("transformer.wte", "token_embd",
            "transformer.wpe", "position_embd", "transformer.ln_f", "output_norm", "lm_head", "output");
    private static final String BLOCK = "transformer.h.";
    private static final String POSITIONS = "position_embd.weight";

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
        Map<String, GgufValue> metadata = metadata(gpt.gptConfig(), type);
        metadata.putAll(GgufTokenizer.metadata(source.tokenizer().orElseThrow()));
        GgufFile.write(directory.resolve("model-" + ExportFormat.word(type) + ".gguf"), metadata, tensors);
    }

    private static Map<String, GgufValue> metadata(GptConfig config, Dtype type) {
        Map<String, GgufValue> keys = new LinkedHashMap<>();
        keys.put("general.architecture", GgufValue.text(ARCHITECTURE));
        keys.put("general.type", GgufValue.text("model"));
        keys.put("gpt2.block_count", GgufValue.uint32(config.nLayer()));
        keys.put("gpt2.context_length", GgufValue.uint32(config.blockSize()));
        keys.put("gpt2.embedding_length", GgufValue.uint32(config.nEmbd()));
        keys.put("gpt2.feed_forward_length", GgufValue.uint32(config.hiddenWidth()));
        keys.put("gpt2.attention.head_count", GgufValue.uint32(config.nHead()));
        keys.put("gpt2.attention.layer_norm_epsilon", GgufValue.float32((float) config.layerNormEps()));
        // llama_ftype: all F32, mostly F16, mostly BF16.
        keys.put("general.file_type", GgufValue.uint32(type == Dtype.F32 ? 0 : type == Dtype.F16 ? 1 : 32));
        keys.put("general.quantization_version", GgufValue.uint32(2));
        return keys;
    }

    private static GgufFile.Entry entry(String name, Tensor tensor, Dtype type) {
        String gguf = name(name);
        // The weights of linear layers lie there (outputs, inputs), as in a torch Linear; Conv1D has them transposed.
        boolean isLinear = name.startsWith(BLOCK) && tensor.shape().rank() == 2;
        // Vectors and positions are never of another type there.
        boolean isSmall = tensor.shape().rank() == 1 || gguf.equals(POSITIONS);
        int[] shape = tensor.shape().dims();
        return new GgufFile.Entry(gguf, isLinear ? new int[] {shape[1], shape[0]} : shape,
                isLinear ? Transposed.of(tensor.data(), shape[0], shape[1]) : tensor.data(),
                isSmall ? Dtype.F32 : type);
    }

    /** {@code transformer.h.3.attn.c_attn.weight} is {@code blk.3.attn_qkv.weight}. */
    static String name(String name) {
        int dot = name.lastIndexOf('.');
        String module = name.substring(0, dot);
        String kind = name.substring(dot);
        if (!module.startsWith(BLOCK)) {
            return OUTSIDE.get(module) + kind;
        }
        String[] block = module.substring(BLOCK.length()).split("\\.", 2);
        return "blk." + block[0] + "." + IN_BLOCK.get(block[1]) + kind;
    }
}
