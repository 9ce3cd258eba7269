package inkhorn.generate;

import inkhorn.autograd.IntTensor;
import inkhorn.autograd.NoGrad;
import inkhorn.autograd.Scope;
import inkhorn.autograd.Tensor;
import inkhorn.nn.LanguageModel;
import inkhorn.nn.Pass;
import java.util.Arrays;

/** Recomputes the whole window for every token. */
public final class PlainLogits implements NextLogits {
    private static final int SHORTEST = 16;

    private final LanguageModel model;
    private int[][] texts = {};
    private float[][] rows = {};

    public PlainLogits(LanguageModel model) {
        this.model = model;
    }

    @Override
    public float[][] join(int[][] prompts) {
        int before = texts.length;
        texts = Arrays.copyOf(texts, before + prompts.length);
        rows = Arrays.copyOf(rows, texts.length);
        for (int i = before; i < texts.length; i++) {
            texts[i] = prompts[i - before];
            rows[i] = logits(texts[i]);
        }
        return rows;
    }

    @Override
    public float[][] next(int[] parents, int[] tokens) {
        int[][] grown = new int[parents.length][];
        for (int i = 0; i < parents.length; i++) {
            int[] parent = texts[parents[i]];
            grown[i] = Arrays.copyOf(parent, parent.length + 1);
            grown[i][parent.length] = tokens[i];
        }
        texts = grown;
        rows = Arrays.stream(texts).map(this::logits).toArray(float[][]::new);
        return rows;
    }

    @Override
    public void close() {
        texts = new int[0][];
        rows = new float[0][];
    }

    private float[] logits(int[] text) {
        int from = NextLogits.windowStart(text.length, model.blockSize());
        int seen = text.length - from;
        int time = Math.min(Integer.highestOneBit(Math.max(seen, SHORTEST) * 2 - 1), model.blockSize());
        try (NoGrad off = NoGrad.open(); Scope token = Scope.open()) {
            int[] window = Arrays.copyOf(Arrays.copyOfRange(text, from, text.length), time);
            Tensor logits = model.logitsAt(IntTensor.of(window, 1, time), new int[] {seen - 1},
                    Pass.evaluation());  // (1, V)
            return Arrays.copyOf(logits.data(), logits.size());
        }
    }
}
