package inkhorn.bench.step;

import inkhorn.autograd.Rng;
import inkhorn.bench.ModelCase;
import inkhorn.data.Batch;

/** What both sides train with. */
final class Recipe {
    static final double LR = 3e-4;
    static final double BETA1 = 0.9;
    static final double BETA2 = 0.95;
    static final double EPS = 1e-8;
    static final double WEIGHT_DECAY = 0.1;
    static final double CLIP = 1.0;
    static final long SEED = 1337;

    /** Different batches, drawn before the clock runs. */
    private static final int BATCHES = 8;

    private final Batch[] batches = new Batch[BATCHES];

    /** Random tokens; targets are the inputs one position on. */
    Recipe(ModelCase model) {
        int block = model.config().blockSize();
        for (int i = 0; i < BATCHES; i++) {
            Rng rng = new Rng(SEED, 1, i);
            int[] inputs = new int[model.tokens()];
            int[] targets = new int[model.tokens()];
            for (int p = 0; p < model.tokens(); p++) {
                long at = (long) (p / block) * (block + 1) + p % block;
                inputs[p] = (int) rng.below(model.config().vocabSize(), at);
                targets[p] = (int) rng.below(model.config().vocabSize(), at + 1);
            }
            batches[i] = new Batch(inputs, targets, model.batch(), block);
        }
    }

    Batch batch(long index) {
        return batches[(int) (index % BATCHES)];
    }
}
