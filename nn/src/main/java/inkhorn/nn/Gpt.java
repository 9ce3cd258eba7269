package inkhorn.nn;

import inkhorn.autograd.IntTensor;
import inkhorn.autograd.NoGrad;
import inkhorn.autograd.Rng;
import inkhorn.autograd.Tensor;
import inkhorn.autograd.ops.Gather;
import inkhorn.autograd.ops.ResidualNorm;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** A GPT (Radford et al. 2019): token and position embedding, blocks, layer norm, head. Names and layout are GPT-2's. */
public final class Gpt extends LanguageModel {

    /** The deviation of GPT-2's initial weights. */
    private static final double INITIAL_DEVIATION = 0.02;

    private final GptConfig config;
    private final Embedding wte;
    private final Tensor positions;
    private final Dropout drop;
    private final List<Block> blocks = new ArrayList<>();
    private final LayerNorm lnF;
    private final Embedding lmHead;

    /** A model whose weights are to be loaded: they are 0 until then. */
    public Gpt(GptConfig config) {
        if (config.vocabSize() < 1) {
            throw new IllegalArgumentException("gpt: vocab_size must be at least 1, found " + config.vocabSize());
        }
        int channels = config.nEmbd();
        this.config = config;
        this.wte = child("transformer.wte", new Embedding(config.vocabSize(), channels));
        this.positions = switch (config.position()) {
            case LEARNED -> child("transformer.wpe", new Embedding(config.blockSize(), channels)).weight();
            case SINUSOIDAL -> buffer("transformer.wpe.weight", Sinusoids.table(config.blockSize(), channels));
        };
        this.drop = new Dropout(config.dropout());
        for (int i = 0; i < config.nLayer(); i++) {
            blocks.add(child("transformer.h." + i, new Block(config)));
        }
        this.lnF = child("transformer.ln_f", new LayerNorm(channels, config.bias(), config.layerNormEps()));
        this.lmHead = config.tieWeights() ? wte : child("lm_head", new Embedding(config.vocabSize(), channels));
        if (config.tieWeights()) {
            tie("lm_head.weight", wte.weight());
        }
    }

    /**
     * A model to be trained, its weights drawn as GPT-2's: normal with deviation 0.02, in the projections onto the residual
     * stream 0.02/√(2·n_layer) since 2·n_layer of them add up there; biases 0, layer norms 1.
     *
     * @param rng each parameter draws a stream that depends on its name, so equal seeds give equal weights
     */
    public Gpt(GptConfig config, Rng rng) {
        this(config);
        for (Parameter p : namedParameters()) {
            boolean projection = p.name().endsWith("c_proj.weight");
            if (p.tensor().shape().rank() >= 2) {
                Initial.normal(p, projection ? INITIAL_DEVIATION / Math.sqrt(2.0 * config.nLayer()) : INITIAL_DEVIATION, rng);
            }
        }
    }

    @Override
    public Tensor logits(IntTensor ids, Pass pass) {
        return lmHead.scores(hidden(ids, null, pass));                                  // (B, T, V)
    }

    @Override
    public Tensor logitsAt(IntTensor ids, int[] at, Pass pass) {
        int[] rows = rows(ids, at);
        return lmHead.scores(hidden(ids, IntTensor.of(rows, rows.length), pass));       // (B, V)
    }

    /**
     * The logits of what follows each sequence with these tokens, which the caches keep from now on. No gradient.
     *
     * @param ids (B, T): prompts where the caches are empty; else T is 1, one token more
     * @param caches B, each with room for T more
     * @return (B, V), with the bits of {@link #logitsAt} over the whole sequences
     */
    public Tensor logitsAfter(IntTensor ids, KeyValueCache... caches) {
        CachedBatch batch = new CachedBatch(caches);
        try (NoGrad off = NoGrad.open()) {
            int time = ids.shape().last();
            int[] last = new int[caches.length];
            Arrays.fill(last, time - 1);
            return logitsAt(ids, last, Pass.continuing(batch));                         // (B, V)
        }
    }

    /**
     * What the head reads.
     *
     * @param rows which of the B·T positions are wanted, or null for all: what only others need is left out of the last block
     * @return (B, T, C), or (rows, C)
     */
    private Tensor hidden(IntTensor ids, IntTensor rows, Pass pass) {
        checkContext(ids, "gpt");
        Tensor tokens = wte.forward(ids);                                               // (B, T, C)
        Tensor places = places(ids, pass.caches());                                     // (T, C) or (B, 1, C)
        Residual x = new Residual(drop.forward(tokens.add(places), pass), null);        // (B, T, C)
        for (int i = 0; i < blocks.size(); i++) {
            boolean isLast = i == blocks.size() - 1;
            x = blocks.get(i).forward(x, isLast ? rows : null, pass);
        }
        ResidualNorm.Result out = lnF.forward(x, drop, pass);
        pass.observer().stream(out.sum());
        return out.normed();
    }

    /**
     * What a residual stream would predict if it were the last: {@code lm_head(ln_f(x))}, the logit lens (nostalgebraist 2020).
     *
     * @param stream (…, C)
     * @return (…, V)
     */
    public Tensor lens(Tensor stream) {
        return lmHead.scores(lnF.forward(stream));
    }

    private Tensor places(IntTensor ids, CachedBatch caches) {
        int time = ids.shape().last();
        if (caches == null || time > 1) {
            return positions.slice(0, 0, time);
        }
        return Gather.apply(positions, IntTensor.of(caches.positions(), ids.shape().dim(0), 1));
    }

    public GptConfig gptConfig() {
        return config;
    }

    @Override
    public Tensor tokenTable() {
        return wte.weight();
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
    public double flopsPerToken() {
        return config.flopsPerToken();
    }

    @Override
    public Map<String, Object> config() {
        return HuggingFaceConfig.write(config);
    }
}
