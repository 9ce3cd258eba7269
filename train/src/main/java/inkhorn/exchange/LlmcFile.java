package inkhorn.exchange;

import inkhorn.autograd.Tensor;
import inkhorn.checkpoint.BinaryOutput;
import inkhorn.checkpoint.Dtype;
import inkhorn.data.tokenizer.Tokenizer;
import inkhorn.data.tokenizer.bpe.BpeTokenizer;
import inkhorn.nn.Activation;
import inkhorn.nn.Gpt;
import inkhorn.nn.GptConfig;
import inkhorn.nn.hf.HuggingFace;
import inkhorn.nn.hf.Transposed;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * llm.c's model file: a header of 256 ints, then the tensors, as {@code write_model} in its train_gpt2.py writes them.
 * Version 3 is F32, version 5 BF16; both have a token table padded with zeros to a multiple of 128 rows. Beside it lies
 * its tokenizer file, from which llm.c only decodes.
 */
public final class LlmcFile {
    static final ExportFormat FORMAT = new ExportFormat("llmc",
            "llm.c's model.bin (version 3) or model_bf16.bin (version 5), and tokenizer.bin where the tokenizer is a"
                    + " byte-level BPE",
            List.of(Dtype.F32, Dtype.BF16), LlmcFile::obstacle, LlmcFile::write);

    static final int MAGIC = 20240326;
    static final int F32_VERSION = 3;
    static final int BF16_VERSION = 5;
    static final int HEADER_INTS = 256;
    private static final int TOKENIZER_MAGIC = 20240328;
    private static final int TOKENIZER_VERSION = 2;
    private static final int PADDING = 128;
    private static final int LONGEST_TOKEN = 255;
    private static final double EPSILON = 1e-5;

    /** Of every block, in the file's order: each tensor of all blocks, one after the other. */
    static final List<String> IN_BLOCK = List.of("ln_1.weight", "ln_1.bias", "attn.c_attn.weight", "attn.c_attn.bias",
            "attn.c_proj.weight", "attn.c_proj.bias", "ln_2.weight", "ln_2.bias", "mlp.c_fc.weight", "mlp.c_fc.bias",
            "mlp.c_proj.weight", "mlp.c_proj.bias");

    private LlmcFile() {}

    private static Optional<String> obstacle(ExportSource source) {
        Optional<String> model = Gpt2Limits.obstacle(source.model(), "llm.c", EnumSet.of(Activation.GELU_TANH));
        if (model.isPresent()) {
            return model;
        }
        GptConfig config = ((Gpt) source.model()).gptConfig();
        if (!config.tieWeights()) {
            return Optional.of("the model has a head of its own, llm.c's is tied to the token table; train with"
                    + " model.tie_weights: true");
        }
        if (config.hiddenWidth() != 4 * config.nEmbd()) {
            return Optional.of("the model has n_inner " + config.hiddenWidth() + ", llm.c computes 4 n_embd = "
                    + 4 * config.nEmbd());
        }
        return config.layerNormEps() == EPSILON ? Optional.empty()
                : Optional.of("the model has layer_norm_eps " + config.layerNormEps() + ", llm.c computes with 1e-5");
    }

    private static void write(ExportSource source, Dtype type, Path directory) throws IOException {
        Gpt gpt = (Gpt) source.model();
        Map<String, Tensor> state = HuggingFace.state(gpt);
        try (BinaryOutput out = BinaryOutput.create(directory.resolve(
                type == Dtype.BF16 ? "model_bf16.bin" : "model.bin"))) {
            GptConfig config = gpt.gptConfig();
            int padded = (config.vocabSize() + PADDING - 1) / PADDING * PADDING;
            writeHeader(out, MAGIC, type == Dtype.BF16 ? BF16_VERSION : F32_VERSION, config.blockSize(),
                    config.vocabSize(), config.nLayer(), config.nHead(), config.nEmbd(), padded);
            out.writeFloats(state.get("transformer.wte.weight").data(), type);
            out.writeFloats(new float[(padded - config.vocabSize()) * config.nEmbd()], type);
            out.writeFloats(state.get("transformer.wpe.weight").data(), type);
            for (String name : IN_BLOCK) {
                for (int layer = 0; layer < config.nLayer(); layer++) {
                    out.writeFloats(linear(state.get("transformer.h." + layer + "." + name)), type);
                }
            }
            out.writeFloats(state.get("transformer.ln_f.weight").data(), type);
            out.writeFloats(state.get("transformer.ln_f.bias").data(), type);
            out.sync();
        }
        if (source.tokenizer().isPresent() && source.tokenizer().get() instanceof BpeTokenizer tokenizer) {
            writeTokenizer(tokenizer, directory.resolve("tokenizer.bin"));
        }
    }

    /** Matrices lie there (outputs, inputs). */
    private static float[] linear(Tensor tensor) {
        int[] shape = tensor.shape().dims();
        return shape.length == 2 ? Transposed.of(tensor.data(), shape[0], shape[1]) : tensor.data();
    }

    private static void writeHeader(BinaryOutput out, int... beginning) throws IOException {
        for (int number : Arrays.copyOf(beginning, HEADER_INTS)) {
            out.writeInt(number);
        }
    }

    /** As {@code write_tokenizer} there. Nothing where llm.c could not hold it: it is needed for no computation. */
    private static void writeTokenizer(Tokenizer tokenizer, Path file) throws IOException {
        boolean fits = tokenizer.endOfText().isPresent();
        for (int id = 0; id < tokenizer.vocabSize(); id++) {
            fits &= tokenizer.tokenBytes(id).length <= LONGEST_TOKEN;
        }
        if (!fits) {
            return;
        }
        try (BinaryOutput out = BinaryOutput.create(file)) {
            writeHeader(out, TOKENIZER_MAGIC, TOKENIZER_VERSION, tokenizer.vocabSize(),
                    tokenizer.endOfText().getAsInt());
            for (int id = 0; id < tokenizer.vocabSize(); id++) {
                byte[] bytes = tokenizer.tokenBytes(id);
                out.writeByte(bytes.length);
                out.writeBytes(bytes);
            }
            out.sync();
        }
    }

}
