package inkhorn.exchange;

import inkhorn.autograd.Tensor;
import inkhorn.checkpoint.CheckpointException;
import inkhorn.checkpoint.ModelFiles;
import inkhorn.data.files.RegularFile;
import inkhorn.data.tokenizer.Tokenizer;
import inkhorn.data.tokenizer.Tokenizers;
import inkhorn.generate.TrainedModel;
import inkhorn.nn.Activation;
import inkhorn.nn.Gpt;
import inkhorn.nn.GptConfig;
import inkhorn.nn.StateDict;
import inkhorn.nn.hf.Transposed;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** llm.c's model file of version 3 (F32) or 5 (BF16), read and made a checkpoint; {@link LlmcFile} writes it. */
final class LlmcImport {
    private static final int CHUNK = 1 << 16;

    private final DataInputStream in;
    private final int bytesPerNumber;

    private LlmcImport(DataInputStream in, int bytesPerNumber) {
        this.in = in;
        this.bytesPerNumber = bytesPerNumber;
    }

    /** As {@link ModelImport#run}, of a file; the tokenizer is the {@code tokenizer.json} beside it, if any. */
    static ModelImport run(Path file, Path to, ModelImport.Choices choices) {
        Gpt whole = read(file);
        GptConfig config = whole.gptConfig();
        int positions = config.blockSize();
        Gpt model = new Gpt(config.withBlockSize(choices.blockSize(file, positions))
                .withDropout(choices.dropout().orElse(0)));
        Map<String, Tensor> weights = StateDict.of(whole);
        // Of the positions the first ones, of all else the whole.
        StateDict.of(model).forEach((name, tensor) ->
                System.arraycopy(weights.get(name).data(), 0, tensor.data(), 0, tensor.size()));
        Optional<Tokenizer> tokenizer = Tokenizers.find(file.toAbsolutePath().getParent()).map(Tokenizers::load);
        if (tokenizer.isEmpty()) {
            ModelFiles.save(to, model, ModelFiles.configJson(model), Map.of());
        } else if (tokenizer.get().vocabSize() != model.vocabSize()) {
            throw CheckpointException.userError(file + ": has " + model.vocabSize() + " tokens, the tokenizer beside "
                    + "it " + tokenizer.get().vocabSize() + "; put the one there that belongs to the model");
        } else {
            new TrainedModel(model, tokenizer.get()).save(to);
        }
        return new ModelImport(model, tokenizer, 0, positions);
    }

    /**
     * @throws CheckpointException (the user's error) where the file is none of llm.c's, or its size is not the one that
     *     its header describes
     */
    static Gpt read(Path file) {
        try {
            RegularFile.require(file);
            try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file), CHUNK))) {
                return read(file, in);
            }
        } catch (EOFException e) {
            throw damaged(file, "truncated");
        } catch (IOException e) {
            throw CheckpointException.unreadable(file, e);
        }
    }

    private static Gpt read(Path file, DataInputStream in) throws IOException {
        int[] header = new int[LlmcFile.HEADER_INTS];
        for (int i = 0; i < header.length; i++) {
            header[i] = Integer.reverseBytes(in.readInt());
        }
        int version = header[1];
        if (header[0] != LlmcFile.MAGIC || version != LlmcFile.F32_VERSION && version != LlmcFile.BF16_VERSION) {
            throw damaged(file, "not a model of llm.c of version 3 or 5");
        }
        int bytes = version == LlmcFile.F32_VERSION ? Float.BYTES : Short.BYTES;
        long vocabulary = header[3];
        long padded = header[7];
        long channels = header[6];
        // 12 C² + 13 C numbers a block; in doubles, as a header that lies may describe more than a long holds.
        double numbers = ((double) padded + header[2] + 2) * channels + header[4] * (12.0 * channels + 13) * channels;
        if (vocabulary < 1 || padded < vocabulary || header[2] < 1 || header[4] < 1 || channels < 1
                || numbers * bytes + LlmcFile.HEADER_INTS * Integer.BYTES != Files.size(file)) {
            throw damaged(file, "its header describes a model of another size");
        }
        Gpt model;
        try {
            model = new Gpt(GptConfig.defaults().withNLayer(header[4]).withNHead(1).withNEmbd(header[6])
                    .withNHead(header[5]).withBlockSize(header[2]).withVocabSize(header[3]).withBias(true)
                    .withActivation(Activation.GELU_TANH));
        } catch (IllegalArgumentException e) {
            throw damaged(file, e.getMessage());
        }
        new LlmcImport(in, bytes).fill(model, (int) ((padded - vocabulary) * channels));
        return model;
    }

    private void fill(Gpt model, int padding) throws IOException {
        Map<String, Tensor> state = StateDict.of(model);
        numbers(state.get("transformer.wte.weight").data());
        numbers(new float[padding]);
        numbers(state.get("transformer.wpe.weight").data());
        for (String name : LlmcFile.IN_BLOCK) {
            for (int layer = 0; layer < model.gptConfig().nLayer(); layer++) {
                Tensor tensor = state.get("transformer.h." + layer + "." + name);
                float[] values = new float[tensor.size()];
                numbers(values);
                int[] shape = tensor.shape().dims();
                // (outputs, inputs) in the file.
                float[] own = shape.length == 2 ? Transposed.of(values, shape[1], shape[0]) : values;
                System.arraycopy(own, 0, tensor.data(), 0, own.length);
            }
        }
        numbers(state.get("transformer.ln_f.weight").data());
        numbers(state.get("transformer.ln_f.bias").data());
    }

    private void numbers(float[] target) throws IOException {
        byte[] chunk = new byte[CHUNK];
        for (int done = 0; done < target.length; ) {
            int count = Math.min(CHUNK / bytesPerNumber, target.length - done);
            in.readFully(chunk, 0, count * bytesPerNumber);
            ByteBuffer numbers = ByteBuffer.wrap(chunk).order(ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; i < count; i++) {
                target[done + i] = bytesPerNumber == Float.BYTES ? numbers.getFloat()
                        : Float.intBitsToFloat(numbers.getShort() << 16);
            }
            done += count;
        }
    }

    private static CheckpointException damaged(Path file, String what) {
        return CheckpointException.userError(file + ": " + what + "; copy the file again, or give a directory with"
                + " config.json and model.safetensors");
    }
}
