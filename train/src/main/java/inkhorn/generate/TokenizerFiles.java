package inkhorn.generate;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import inkhorn.checkpoint.CheckpointContents.FileWriter;
import inkhorn.checkpoint.JsonFile;
import inkhorn.data.files.AtomicFiles;
import inkhorn.data.tokenizer.Tokenizer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The files of a tokenizer in a checkpoint. Inkhorn reads {@code tokenizer.json} alone; {@code tokenizer_config.json}
 * is for transformers' {@code AutoTokenizer}, which chooses the class that reads the other file by it.
 */
public final class TokenizerFiles {
    /** For transformers. */
    public static final String CONFIG_FILE = "tokenizer_config.json";

    /** transformers' class for any {@code tokenizer.json} in Hugging Face's format. */
    private static final String HUGGING_FACE_CLASS = "PreTrainedTokenizerFast";
    /** Not a class of transformers: it has none that reads Inkhorn's formats. */
    private static final String OWN_CLASS = "InkhornTokenizer";

    private TokenizerFiles() {}

    /**
     * What to write, by file name.
     *
     * @param blockSize the longest context of the model that the tokenizer belongs to, in tokens
     */
    public static Map<String, FileWriter> of(Tokenizer tokenizer, int blockSize) {
        return of(tokenizer, blockSize, tokenizer.toBytes(), tokenizer.isHuggingFaceFormat());
    }

    /** As {@link #of}, in Hugging Face's format wherever the tokenizer can be written in it. */
    public static Map<String, FileWriter> forTransformers(Tokenizer tokenizer, int blockSize) {
        Optional<byte[]> bytes = tokenizer.huggingFaceBytes();
        return of(tokenizer, blockSize, bytes.orElseGet(tokenizer::toBytes), bytes.isPresent());
    }

    private static Map<String, FileWriter> of(Tokenizer tokenizer, int blockSize, byte[] bytes, boolean isForeign) {
        Map<String, FileWriter> files = new LinkedHashMap<>();
        files.put(TrainedModel.TOKENIZER_FILE, file -> AtomicFiles.write(file, bytes));
        files.put(CONFIG_FILE, file -> JsonFile.write(file, config(tokenizer, blockSize, isForeign)));
        return files;
    }

    private static ObjectNode config(Tokenizer tokenizer, int blockSize, boolean isForeign) {
        ObjectNode keys = JsonNodeFactory.instance.objectNode();
        keys.put("tokenizer_class", isForeign ? HUGGING_FACE_CLASS : OWN_CLASS);
        keys.put("model_max_length", blockSize);
        // The token that ends a document also begins a text that is written from nothing: Tokenizer.startOfText.
        putToken(keys, "bos_token", tokenizer, tokenizer.endOfText());
        putToken(keys, "eos_token", tokenizer, tokenizer.endOfText());
        putToken(keys, "unk_token", tokenizer, tokenizer.unknown());
        // Otherwise transformers may remove spaces in front of punctuation when it decodes.
        keys.put("clean_up_tokenization_spaces", false);
        return keys;
    }

    private static void putToken(ObjectNode keys, String key, Tokenizer tokenizer, OptionalInt id) {
        tokenizer.specialTokens().forEach((text, its) -> {
            if (id.isPresent() && id.getAsInt() == its) {
                keys.put(key, text);
            }
        });
    }
}
