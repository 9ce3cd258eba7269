package inkhorn.nn;

import inkhorn.autograd.IntTensor;
import inkhorn.autograd.NoGrad;
import inkhorn.autograd.Rng;
import inkhorn.autograd.Tensor;
import inkhorn.autograd.ops.Gather;
import inkhorn.autograd.ops.LinearCrossEntropy;
import inkhorn.autograd.ops.Softcap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A GPT (Radford et al. 2019): token and position embedding, blocks, norm, head. Names and layout are GPT-2's. */
public final class Gpt extends LanguageModel {
    private static final String HEAD = "lm_head";
    /** The std of GPT-2's initial weights. */
    private static final double INITIAL_STD = 0.02;
    private static final String POSITIONS = "transformer.wpe";

    private final GptConfig config;
    private final Embedding wte;
    /** (block_size, C), or null where the positions have no table. */
    private final Tensor positions;
    private final Dropout drop;
    private final List<Block> blocks = new ArrayList<>();
    private final Norm lnF;
    private final Embedding lmHead;

    /** A model whose weights are to be loaded: they are 0 until then. */
    public Gpt(GptConfig config) {
        if (config.vocabSize() < 1) {
            throw new IllegalArgumentException("gpt: vocab_size must be at least 1, found " + config.vocabSize());
        }
        int vocabulary = config.vocabSize();
        int channels = config.nEmbd();
        boolean tied = config.tieWeights();
        this.config = config;
        this.wte = child("transformer.wte", "token embedding" + (tied ? ", and the head" : ""),
                new Embedding(vocabulary, channels));
        this.positions = switch (config.position()) {
            case LEARNED -> learnedPositions();
            case ROPE, ALIBI -> null;
            case SINUSOIDAL -> buffer(POSITIONS + ".weight", Sinusoids.table(config.blockSize(), channels));
        };
        RotaryPositions rotation = config.position() == Position.ROPE ? new RotaryPositions(config) : null;
        this.drop = new Dropout(config.dropout());
        for (int i = 0; i < config.nLayer(); i++) {
            blocks.add(child("transformer.h." + i, new Block(config, i, rotation)));
        }
        this.lnF = child("transformer.ln_f", "norm before the head", Norm.of(config));
        this.lmHead = tied ? wte
                : child(HEAD, "unembedding: from channels to logits", new Embedding(vocabulary, channels));
        if (tied) {
            tie(HEAD + ".weight", wte.weight());
        }
    }

    private Tensor learnedPositions() {
        return child(POSITIONS, "position embedding", new Embedding(config.blockSize(), config.nEmbd())).weight();
    }

    /**
     * A model to be trained, its weights drawn as GPT-2's: normal with std 0.02, in the projections onto the residual
     * stream 0.02/√(2·n_layer) since 2·n_layer of them add up there, in a head of its own as the config says; biases 0,
     * norms 1.
     *
     * @param rng each parameter draws a stream that depends on its name, so equal seeds give equal weights
     */
    public Gpt(GptConfig config, Rng rng) {
        this(config);
        for (Parameter p : namedParameters()) {
            boolean projection = p.name().endsWith("c_proj.weight");
            if (p.tensor().shape().rank() >= 2) {
                Initial.normal(p, projection ? INITIAL_STD / Math.sqrt(2.0 * config.nLayer())
                        : p.name().equals(HEAD + ".weight") ? config.headInitStd() : INITIAL_STD, rng);
            }
        }
    }

    @Override
    public Tensor logits(IntTensor ids, Pass pass) {
        return logits(ids, null, null, pass);                                           // (B, T, V)
    }

    @Override
    public Tensor logitsAt(IntTensor ids, int[] at, Pass pass) {
        int[] rows = rows(ids, at);
        return logits(ids, IntTensor.of(rows, rows.length), null, pass);                // (B, V)
    }

    /**
     * The logits of the token after each sequence. The keys and values of these tokens are appended to the caches. No
     * gradient.
     *
     * @param ids (B, T): prompts where the caches are empty; else T is 1, one token more
     * @param caches B, each with room for T more
     * @return (B, V), with the bits of {@link #logitsAt} over the whole sequences
     */
    public Tensor logitsAfter(IntTensor ids, KeyValueCache... caches) {
        for (KeyValueCache cache : caches) {
            cache.truncate(cache.length());     // a pass that was given up may have left more in some layers
        }
        int[] last = new int[caches.length];
        Arrays.fill(last, ids.shape().last() - 1);
        int[] rows = rows(ids, last);
        try (NoGrad off = NoGrad.open()) {
            return logits(ids, IntTensor.of(rows, rows.length), caches, Pass.evaluation());   // (B, V)
        }
    }

    /** As of any model. Logits that would take more than 64 MiB are never held whole, with the same bits. */
    @Override
    public Tensor loss(IntTensor ids, IntTensor targets, Pass pass) {
        return logitsFit(ids) ? super.loss(ids, targets, pass)
                : LinearCrossEntropy.apply(normedStream(ids, null, null, pass), lmHead.weight(), targets,
                        pass.lossTerms(), (float) config.logitSoftcap(), LinearCrossEntropy.MOST_LOGITS);
    }

    /** As of any model; the logits as in {@link #loss}. */
    @Override
    public double[] losses(IntTensor ids, IntTensor targets) {
        return logitsFit(ids) ? super.losses(ids, targets) : LinearCrossEntropy.losses(
                normedStream(ids, null, null, Pass.evaluation()), lmHead.weight(), targets,
                (float) config.logitSoftcap());
    }

    private boolean logitsFit(IntTensor ids) {
        return (long) ids.shape().size() * vocabSize() <= LinearCrossEntropy.MOST_LOGITS;
    }

    /**
     * The model, from ids to logits.
     *
     * @param rowsOrNull which of the B·T positions are wanted; null: all
     * @param cachesOrNull of each sequence the keys and values of the tokens before these; null where they stand alone
     * @return (B, T, V), or (rows, V)
     */
    private Tensor logits(IntTensor ids, IntTensor rowsOrNull, KeyValueCache[] cachesOrNull, Pass pass) {
        Tensor logits = scores(normedStream(ids, rowsOrNull, cachesOrNull, pass));   // (B, T, V) or (rows, V)
        return pass.show(HEAD, logits, config.tieWeights()
                ? "a logit for every token that may follow, by products with the rows of wte"
                : "a logit for every token that may follow");
    }

    /** What the head reads: the stream behind the last block, normalized, (B, T, C) or (rows, C). */
    private Tensor normedStream(IntTensor ids, IntTensor rowsOrNull, KeyValueCache[] cachesOrNull, Pass pass) {
        checkContext(ids, "gpt");
        ResidualStream x = new ResidualStream(embedded(ids, cachesOrNull, pass), drop, pass);
        for (int i = 0; i < blocks.size(); i++) {
            if (i == blocks.size() - 1) {
                x.narrowAtNextAddition(rowsOrNull);     // the last attention reads all positions, nothing after it does
            }
            x.through(blocks.get(i), cachesOrNull == null ? null : KeyValueCache.layer(i, cachesOrNull));
        }
        return x.normed(lnF);
    }

    /** Tokens and positions, (B, T, C). */
    private Tensor embedded(IntTensor ids, KeyValueCache[] cachesOrNull, Pass pass) {
        pass.show("ids", ids.shape(), "one id for each token", null);
        Tensor tokens = pass.show(wte, wte.forward(ids), "a vector for each token");    // (B, T, C)
        if (positions == null) {
            return drop.forward(tokens, pass);                                          // (B, T, C)
        }
        Tensor atPositions = pass.show(POSITIONS, positions(ids, cachesOrNull), config.position() == Position.SINUSOIDAL
                ? "a vector for each position, computed" : "a vector for each position");   // (T, C) or (B, 1, C)
        return pass.show("transformer.wte + wpe", drop.forward(tokens.add(atPositions), pass),
                "added; every sequence has the same positions");                        // (B, T, C)
    }

    private Tensor positions(IntTensor ids, KeyValueCache[] cachesOrNull) {
        int time = ids.shape().last();
        if (cachesOrNull == null || time > 1) {
            return positions.slice(0, 0, time);
        }
        int[] next = Arrays.stream(cachesOrNull).mapToInt(KeyValueCache::length).toArray();
        return Gather.apply(positions, IntTensor.of(next, next.length, 1));
    }

    /**
     * What a residual stream would predict if it were the last: {@code lm_head(ln_f(x))}, the logit lens
     * (nostalgebraist 2020); capped where the model's logits are.
     *
     * @param stream (…, C)
     * @return (…, V)
     */
    public Tensor lens(Tensor stream) {
        return scores(lnF.forward(stream));
    }

    /** The head, from (…, C) to (…, V). */
    private Tensor scores(Tensor normed) {
        Tensor scores = lmHead.scores(normed);
        return config.logitSoftcap() == 0 ? scores : Softcap.apply(scores, (float) config.logitSoftcap());
    }

    public GptConfig gptConfig() {
        return config;
    }

    /** Parameters that are read to compute one more token: all but those of tables of which a row is read. */
    public long parametersReadPerToken() {
        long learned = config.position() == Position.LEARNED ? positions.size() : 0;
        return parameterCount() - learned - (config.tieWeights() ? 0 : wte.weight().size());
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
    public LanguageModel alike() {
        return new Gpt(config);
    }
}
