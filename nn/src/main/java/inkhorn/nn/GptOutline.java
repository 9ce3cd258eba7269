package inkhorn.nn;

import java.util.ArrayList;
import java.util.List;

/** The outline of a {@link Gpt}: its parameters in GPT-2's names, and the way of a batch from ids to logits. */
public final class GptOutline extends Outline {

    /** Values a channel and position that a block keeps: two sums and two norms, queries, keys, values, attention, the MLP twice at 4C. */
    private static final int KEPT_BY_A_BLOCK = 16;
    /** Likewise outside the blocks: token and sum with its place, the last sum and norm, less the first block's sum. */
    private static final int KEPT_OUTSIDE = 3;
    /** What the way back adds to that at its peak: the gradients of an MLP's hidden layer, of queries, keys, values, and of the stream. */
    private static final int WAY_BACK = 4 + 3 + 3;
    /** Means and deviations of a block's two norms; its attention keeps a log-sum-exp a head besides. */
    private static final int STATISTICS = 4;
    /** Likewise of the last norm. */
    private static final int LAST_STATISTICS = 2;
    /** The loss and its gradient. */
    private static final int LOSS = 2;

    private final GptConfig config;

    public GptOutline(GptConfig config) {
        this.config = config;
    }

    @Override
    public List<Weights> parameters() {
        int channels = config.nEmbd();
        List<Weights> all = new ArrayList<>();
        all.add(new Weights("transformer.wte.weight", List.of(config.vocabSize(), channels),
                "token embedding" + (config.tieWeights() ? ", and the head" : "")));
        if (config.position() == Position.LEARNED) {
            all.add(new Weights("transformer.wpe.weight", List.of(config.blockSize(), channels), "position embedding"));
        }
        for (int layer = 0; layer < config.nLayer(); layer++) {
            block(all, "transformer.h." + layer + ".", channels);
        }
        norm(all, "transformer.ln_f.", channels, "norm before the head");
        if (!config.tieWeights()) {
            all.add(new Weights("lm_head.weight", List.of(config.vocabSize(), channels), "unembedding: from channels to logits"));
        }
        return all;
    }

    private void block(List<Weights> all, String name, int channels) {
        norm(all, name + "ln_1.", channels, "norm before attention");
        linear(all, name + "attn.c_attn.", channels, 3 * channels, "queries, keys and values");
        linear(all, name + "attn.c_proj.", channels, channels, "attention's output");
        norm(all, name + "ln_2.", channels, "norm before the MLP");
        linear(all, name + "mlp.c_fc.", channels, 4 * channels, "MLP: expansion");
        linear(all, name + "mlp.c_proj.", 4 * channels, channels, "MLP: projection back");
    }

    private void norm(List<Weights> all, String name, int channels, String meaning) {
        all.add(new Weights(name + "weight", List.of(channels), meaning + ", scale"));
        bias(all, name, channels, meaning + ", shift");
    }

    private void linear(List<Weights> all, String name, int in, int out, String meaning) {
        all.add(new Weights(name + "weight", List.of(in, out), meaning));
        bias(all, name, out, meaning + ", bias");
    }

    private void bias(List<Weights> all, String name, int size, String meaning) {
        if (config.bias()) {
            all.add(new Weights(name + "bias", List.of(size), meaning));
        }
    }

    @Override
    public List<Step> walk(int batch, int time) {
        List<Integer> stream = List.of(batch, time, config.nEmbd());
        List<Step> steps = new ArrayList<>();
        steps.add(new Step("ids", List.of(batch, time), "one id for each token"));
        steps.add(new Step("wte", stream, "a vector for each token"));
        steps.add(new Step("wpe", List.of(time, config.nEmbd()), "a vector for each position"
                + (config.position() == Position.SINUSOIDAL ? ", computed" : "")));
        steps.add(new Step("wte + wpe", stream, "added; every sequence has the same positions"));
        for (int layer = 0; layer < config.nLayer(); layer++) {
            attention(steps, "h." + layer + ".", stream);
            mlp(steps, "h." + layer + ".", stream);
        }
        steps.add(new Step("ln_f", stream, "normalized over the channels"));
        steps.add(new Step("lm_head", List.of(batch, time, config.vocabSize()), "a logit for every token that may follow"
                + (config.tieWeights() ? ", by products with the rows of wte" : "")));
        return steps;
    }

    private void attention(List<Step> steps, String name, List<Integer> stream) {
        int batch = stream.get(0);
        int time = stream.get(1);
        List<Integer> perHead = List.of(batch, config.nHead(), time, config.headSize());
        List<Integer> weights = List.of(batch, config.nHead(), time, time);
        steps.add(new Step(name + "ln_1", stream, "normalized over the channels"));
        steps.add(new Step(name + "attn.c_attn", List.of(batch, time, 3 * config.nEmbd()), "queries, keys and values, concatenated"));
        steps.add(new Step(name + "attn q, k, v", perHead, "each cut into heads of " + config.headSize() + " channels"));
        steps.add(new Step(name + "attn scores", weights, "q · kᵀ / √" + config.headSize() + ", later tokens masked"));
        steps.add(new Step(name + "attn softmax", weights, "weights: each row adds up to 1"));
        steps.add(new Step(name + "attn values", perHead, "weights · v"));
        steps.add(new Step(name + "attn heads joined", stream, "heads concatenated"));
        steps.add(new Step(name + "attn.c_proj", stream, "mixes the heads"));
        steps.add(new Step(name + "+ attn", stream, "added to the stream"));
    }

    private void mlp(List<Step> steps, String name, List<Integer> stream) {
        steps.add(new Step(name + "ln_2", stream, "normalized over the channels"));
        steps.add(new Step(name + "mlp.c_fc", List.of(stream.get(0), stream.get(1), 4 * config.nEmbd()),
                "expanded fourfold, then " + config.activation().word()));
        steps.add(new Step(name + "mlp.c_proj", stream, "projected back to the channels"));
        steps.add(new Step(name + "+ mlp", stream, "added to the stream"));
    }

    @Override
    public long activations(int batch, int time) {
        long channels = config.nEmbd();
        long dropped = config.dropout() > 0 ? channels : 0;
        long perPosition = (long) KEPT_BY_A_BLOCK * config.nLayer() * channels + (KEPT_OUTSIDE + WAY_BACK) * channels + dropped
                + (long) config.nLayer() * (config.nHead() + STATISTICS) + LAST_STATISTICS + config.vocabSize();
        long places = 2L * time * channels;     // the part of the position table that is read, and its gradient
        return Math.addExact(Math.multiplyExact((long) batch * time, perPosition), places + LOSS);
    }

    @Override
    public double flopsPerToken() {
        return config.flopsPerToken();
    }

    @Override
    public int blockSize() {
        return config.blockSize();
    }

    @Override
    public int vocabSize() {
        return config.vocabSize();
    }

    @Override
    public long parameterCount() {
        return config.parameterCount();
    }
}
