package inkhorn.nn;

import inkhorn.autograd.Backward;
import inkhorn.autograd.IntTensor;
import inkhorn.autograd.Rng;
import inkhorn.autograd.Tensor;
import inkhorn.autograd.kernel.AdamWStep;
import inkhorn.autograd.kernel.KernelProvider;

/** Small models and batches. */
final class Fixtures {

    static final int VOCAB = 11;
    static final int BLOCK = 8;
    static final int LAYERS = 2;
    static final int CHANNELS = 12;

    private Fixtures() {
    }

    static GptConfig config() {
        return config(0, true, Position.LEARNED, true);
    }

    static GptConfig config(double dropout, boolean bias, Position position, boolean tied) {
        return GptConfig.defaults().withVocabSize(VOCAB).withBlockSize(BLOCK).withNLayer(LAYERS).withNHead(3)
                .withNEmbd(CHANNELS).withDropout(dropout).withBias(bias).withPosition(position)
                .withTieWeights(tied);
    }

    static Gpt gpt(GptConfig config) {
        return new Gpt(config, new Rng(1));
    }

    /** Token ids drawn from the vocabulary. */
    static IntTensor ids(int batch, int time, long seed) {
        int[] ids = new int[batch * time];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = (int) new Rng(seed).below(VOCAB, i);
        }
        return IntTensor.of(ids, batch, time);
    }

    /** Forward, backward, and AdamW without decay; gives the loss before the update. */
    static final class Training {
        private final LanguageModel model;
        private final float[][] m;
        private final float[][] v;
        private int step;

        Training(LanguageModel model) {
            this.model = model;
            this.m = zeros(model);
            this.v = zeros(model);
        }

        float step(IntTensor ids, IntTensor targets, float lr) {
            step++;
            model.namedParameters().forEach(p -> p.tensor().zeroGrad());
            Tensor loss = model.loss(ids, targets, Pass.training(new Rng(7).at(step)));
            float value = loss.item();
            Backward.from(loss, Backward.Keep.NOTHING);
            AdamWStep numbers = new AdamWStep(lr, 0.9f, 0.99f, 1e-8f, 0, 1,
                    (float) (1 - Math.pow(0.9, step)), (float) (1 - Math.pow(0.99, step)));
            int i = 0;
            for (Parameter p : model.namedParameters()) {
                KernelProvider.kernels()
                        .adamW(numbers, p.tensor().data(), p.tensor().grad(), 0, m[i], v[i], p.tensor().size());
                i++;
            }
            return value;
        }

        private static float[][] zeros(LanguageModel model) {
            return model.namedParameters().stream().map(p -> new float[p.tensor().size()]).toArray(float[][]::new);
        }
    }
}
