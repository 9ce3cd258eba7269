package inkhorn.generate;

import inkhorn.autograd.IntTensor;
import inkhorn.autograd.Tensor;
import inkhorn.nn.LanguageModel;
import inkhorn.nn.Pass;
import java.util.Random;

/**
 * A model of three or four tokens, given by a table: the logits after each of all short texts. Nothing to learn, all to
 * enumerate.
 */
final class TinyModel extends LanguageModel {

    private final int vocabulary;
    private final int block;
    private final long seed;

    TinyModel(int vocabulary, int block, long seed) {
        this.vocabulary = vocabulary;
        this.block = block;
        this.seed = seed;
    }

    /** In steps of 1/4, so that there are ties. */
    float[] logitsAfter(int... text) {
        long key = seed;
        for (int id : text) {
            key = key * 31 + id + 1;
        }
        Random random = new Random(key * 0x9E3779B97F4A7C15L);
        float[] logits = new float[vocabulary];
        for (int id = 0; id < vocabulary; id++) {
            logits[id] = Math.round(random.nextGaussian() * 6) / 4f;
        }
        return logits;
    }

    @Override
    public Tensor logits(IntTensor ids, Pass pass) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Tensor logitsAt(IntTensor ids, int[] positions, Pass pass) {
        int[] text = new int[positions[0] + 1];
        System.arraycopy(ids.data(), 0, text, 0, text.length);
        return Tensor.of(logitsAfter(text), 1, vocabulary);
    }

    @Override
    public Tensor tokenTable() {
        throw new UnsupportedOperationException("no embedding");
    }

    @Override
    public int blockSize() {
        return block;
    }

    @Override
    public int vocabSize() {
        return vocabulary;
    }

    @Override
    public LanguageModel alike() {
        throw new UnsupportedOperationException("no architecture");
    }
}
