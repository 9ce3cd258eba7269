package inkhorn.exchange;

import java.util.Map;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The names of GPT-2's tensors in llama.cpp's files (gguf-py/gguf/constants.py) and in Hugging Face's. */
final class GgufNames {
    static final String TOKENS = "token_embd.weight";
    static final String POSITIONS = "position_embd.weight";
    static final String HEAD = "output.weight";

    private static final String HUGGING_FACE_BLOCK = "transformer.h.";
    private static final String BLOCK = "blk.";
    /** GPT-2's name of a module inside of a block, and llama.cpp's. */
    private static final Map<String, String> IN_BLOCK = Map.of(
            "ln_1", "attn_norm", "attn.c_attn", "attn_qkv", "attn.c_proj", "attn_output",
            "ln_2", "ffn_norm", "mlp.c_fc", "ffn_up", "mlp.c_proj", "ffn_down");
    private static final Map<String, String> OUTSIDE = Map.of("transformer.wte", "token_embd",
            "transformer.wpe", "position_embd", "transformer.ln_f", "output_norm", "lm_head", "output");
    private static final Map<String, String> BACK_IN_BLOCK = inverse(IN_BLOCK);
    private static final Map<String, String> BACK_OUTSIDE = inverse(OUTSIDE);
    private static final Pattern HUGGING_FACE = Pattern.compile("(transformer|lm_head)\\.[\\w.]+\\.(weight|bias)");

    private static final Pattern IN_SOME_BLOCK = Pattern.compile("blk\\.(\\d{1,9})\\.");

    private GgufNames() {}

    private static Map<String, String> inverse(Map<String, String> map) {
        return map.entrySet().stream().collect(Collectors.toMap(Map.Entry::getValue, Map.Entry::getKey));
    }

    /** {@code transformer.h.3.attn.c_attn.weight} is {@code blk.3.attn_qkv.weight}; an unknown name stays. */
    static String ofHuggingFace(String name) {
        return translated(name, HUGGING_FACE_BLOCK, BLOCK, IN_BLOCK, OUTSIDE);
    }

    /** {@code blk.3.attn_qkv.weight} is {@code transformer.h.3.attn.c_attn.weight}; an unknown name stays. */
    static String toHuggingFace(String name) {
        return translated(name, BLOCK, HUGGING_FACE_BLOCK, BACK_IN_BLOCK, BACK_OUTSIDE);
    }

    /** A text in which Hugging Face's names have become llama.cpp's. */
    static String inText(String text) {
        return HUGGING_FACE.matcher(text).replaceAll(match -> ofHuggingFace(match.group()));
    }

    private static String translated(String name, String fromBlock, String toBlock, Map<String, String> inBlock,
            Map<String, String> outside) {
        int dot = name.lastIndexOf('.');
        if (dot < 0) {
            return name;
        }
        String module = name.substring(0, dot);
        String kind = name.substring(dot);
        if (!module.startsWith(fromBlock)) {
            return outside.containsKey(module) ? outside.get(module) + kind : name;
        }
        String[] block = module.substring(fromBlock.length()).split("\\.", 2);
        boolean isKnown = block.length == 2 && inBlock.containsKey(block[1]);
        return isKnown ? toBlock + block[0] + "." + inBlock.get(block[1]) + kind : name;
    }

    /** The block that a tensor of llama.cpp's belongs to, if any. */
    static OptionalInt block(String name) {
        Matcher matcher = IN_SOME_BLOCK.matcher(name);
        return matcher.lookingAt() ? OptionalInt.of(Integer.parseInt(matcher.group(1))) : OptionalInt.empty();
    }

    /** Whether a tensor of a block is the matrix of a linear layer, which lies transposed there. */
    static boolean isLinear(String name, int rank) {
        return name.startsWith(BLOCK) && rank == 2;
    }
}
