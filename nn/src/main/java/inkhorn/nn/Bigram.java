package inkhorn.nn;

import inkhorn.autograd.IntTensor;
import inkhorn.autograd.Rng;
import inkhorn.autograd.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/** The baseline that a GPT must beat: the next token from the last one alone, by a (V, V) table of logits. */
public final class Bigram extends LanguageModel {

    static final String MODEL_TYPE = "bigram";
    private static final double INITIAL_DEVIATION = 0.02;

    private final int blockSize;
    private final int vocabSize;
    private final Embedding table;

    /**
     * A model whose table is to be loaded.
     *
     * @param blockSize the longest sequence of a batch, as for other models; the table looks at one token
     */
    public Bigram(int vocabSize, int blockSize) {
        if (vocabSize < 1 || blockSize < 1) {
            throw new IllegalArgumentException("bigram: vocab_size and block_size must be at least 1, found " + vocabSize
                    + " and " + blockSize);
        }
        this.vocabSize = vocabSize;
        this.blockSize = blockSize;
        this.table = child("token_embedding_table", new Embedding(vocabSize, vocabSize));
    }

    /** A model to be trained; its table starts near 0, so every token is about equally likely. */
    public Bigram(int vocabSize, int blockSize, Rng rng) {
        this(vocabSize, blockSize);
        namedParameters().forEach(p -> Initial.normal(p, INITIAL_DEVIATION, rng));
    }

    @Override
    public Tensor logits(IntTensor ids, Pass pass) {
        checkContext(ids, MODEL_TYPE);
        return table.forward(ids);                                          // (B, T, V)
    }

    @Override
    public Tensor logitsAt(IntTensor ids, int[] positions, Pass pass) {
        checkContext(ids, MODEL_TYPE);
        int[] last = rows(ids, positions);
        for (int b = 0; b < last.length; b++) {
            last[b] = ids.data()[last[b]];
        }
        return table.forward(IntTensor.of(last, last.length));              // (B, V)
    }

    @Override
    public Tensor tokenTable() {
        return table.weight();
    }

    @Override
    public int blockSize() {
        return blockSize;
    }

    @Override
    public int vocabSize() {
        return vocabSize;
    }

    /** 0: a look-up multiplies nothing. */
    @Override
    public double flopsPerToken() {
        return 0;
    }

    @Override
    public Map<String, Object> config() {
        Map<String, Object> keys = new LinkedHashMap<>();
        keys.put("model_type", MODEL_TYPE);
        keys.put("vocab_size", vocabSize);
        keys.put("n_positions", blockSize);
        return keys;
    }
}
