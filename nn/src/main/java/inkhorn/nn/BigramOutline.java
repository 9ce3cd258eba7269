package inkhorn.nn;

import java.util.List;

/** The outline of a {@link Bigram}. */
public final class BigramOutline extends Outline {

    private final int vocabSize;
    private final int blockSize;

    public BigramOutline(int vocabSize, int blockSize) {
        this.vocabSize = vocabSize;
        this.blockSize = blockSize;
    }

    @Override
    public List<Weights> parameters() {
        return List.of(new Weights("token_embedding_table.weight", List.of(vocabSize, vocabSize),
                "for each token, the logits of the one that follows"));
    }

    @Override
    public List<Step> walk(int batch, int time) {
        return List.of(new Step("ids", List.of(batch, time), "one id for each token"),
                new Step("token_embedding_table", List.of(batch, time, vocabSize), "its row of logits for each token"));
    }

    /** The logits, which become their own gradient. */
    @Override
    public long activations(int batch, int time) {
        return Math.multiplyExact((long) batch * time, (long) vocabSize);
    }

    @Override
    public double flopsPerToken() {
        return 0;
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
    public long parameterCount() {
        return (long) vocabSize * vocabSize;
    }
}
