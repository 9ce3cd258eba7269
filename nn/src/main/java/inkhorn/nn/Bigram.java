package inkhorn.nn;

import inkhorn.autograd.IntTensor;
import inkhorn.autograd.Rng;
import inkhorn.autograd.Tensor;

/** The baseline that a GPT must beat: the next token from the last one alone, by a (V, V) table of logits. */
public final class Bigram extends LanguageModel {
    private static final double INITIAL_STD = 0.02;

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
            throw new IllegalArgumentException("bigram: vocab_size and block_size must be at least 1, found "
                    + vocabSize + " and " + blockSize);
        }
        this.vocabSize = vocabSize;
        this.blockSize = blockSize;
        this.table = child("token_embedding_table", "for each token, the logits of the one that follows",
                new Embedding(vocabSize, vocabSize));
    }

    /** A model to be trained; its table starts near 0, so every token is about equally likely. */
    public Bigram(int vocabSize, int blockSize, Rng rng) {
        this(vocabSize, blockSize);
        namedParameters().forEach(p -> Initial.normal(p, INITIAL_STD, rng));
    }

    @Override
    public Tensor logits(IntTensor ids, Pass pass) {
        checkContext(ids, "bigram");
        pass.show("ids", ids.shape(), "one id for each token", null);
        return pass.show(table, table.forward(ids), "its row of logits for each token");     // (B, T, V)
    }

    @Override
    public Tensor logitsAt(IntTensor ids, int[] positions, Pass pass) {
        checkContext(ids, "bigram");
        int[] last = rows(ids, positions);
        for (int b = 0; b < last.length; b++) {
            last[b] = ids.data()[last[b]];
        }
        return table.forward(IntTensor.of(last, last.length));                               // (B, V)
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

    @Override
    public LanguageModel alike() {
        return new Bigram(vocabSize, blockSize);
    }
}
