package inkhorn.bench.kernels;

import inkhorn.autograd.Rng;
import inkhorn.autograd.kernel.AdamWStep;
import inkhorn.autograd.kernel.AttentionShape;
import inkhorn.autograd.kernel.CrossEntropyRows;
import inkhorn.autograd.kernel.Epilogue;
import inkhorn.autograd.kernel.HeadRows;
import inkhorn.autograd.kernel.KernelProvider;
import inkhorn.autograd.kernel.Kernels;
import inkhorn.autograd.kernel.RowNorm;
import inkhorn.autograd.kernel.Unary;
import inkhorn.bench.Cost;
import inkhorn.bench.KernelCall;
import inkhorn.bench.ModelCase;
import inkhorn.bench.Product;
import inkhorn.nn.GptConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/**
 * The kernels that a step of a model spends its time in, on its sizes; those of a block, the head and the token table.
 */
final class KernelCases {
    private static final long KEY = 42;

    private final ModelCase model;
    private final GptConfig config;
    private final int rows;
    private final int channels;
    private final List<KernelCase> cases = new ArrayList<>();

    private KernelCases(ModelCase model) {
        this.model = model;
        config = model.config();
        rows = model.tokens();
        channels = config.nEmbd();
    }

    static List<KernelCase> of(ModelCase model) {
        KernelCases all = new KernelCases(model);
        Product.of(model).forEach(all::product);
        all.attention();
        all.layerNorm();
        all.gelu();
        all.crossEntropy();
        all.adamW();
        return all.cases;
    }

    /** The case of that name, of whatever model. */
    static KernelCase named(String name) {
        ModelCase model = ModelCase.named(name.substring(0, name.indexOf('/')));
        return of(model).stream().filter(c -> c.name().equals(name)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException(name + ": no such kernel"));
    }

    private void add(String name, Cost cost, Supplier<Runnable> work) {
        cases.add(new KernelCase(model.name() + "/" + name, cost, work));
    }

    private static Kernels kernels() {
        return KernelProvider.kernels();
    }

    private void product(Product p) {
        add(p.name(), KernelCall.gemm(p.m(), p.n(), p.k()), () -> {
            float[] a = random(p.m() * p.k());
            float[] b = random(p.k() * p.n());
            float[] c = new float[p.m() * p.n()];
            return () -> kernels().gemm(p.transA(), p.transB(), p.m(), p.n(), p.k(), a, 0, b, 0, c, 0, false,
                    Epilogue.NONE);
        });
    }

    private void attention() {
        AttentionShape shape = new AttentionShape(model.batch(), config.blockSize(), config.nHead(), config.nHead(),
                config.headSize());
        float p = (float) config.dropout();
        int n = rows * channels;
        add("attention", KernelCall.attention(shape, false), () -> {
            float[] qkv = random(3 * n);
            float[] out = new float[n];
            float[] logSumExp = new float[rows * config.nHead()];
            return () -> kernels().attention(shape, third(qkv, 0), third(qkv, 1), third(qkv, 2), p, KEY,
                    out, logSumExp);
        });
        add("attention backward", KernelCall.attention(shape, true), () -> {
            float[] qkv = random(3 * n);
            float[] out = new float[n];
            float[] logSumExp = new float[rows * config.nHead()];
            float[] dOut = random(n);
            float[] d = new float[3 * n];
            kernels().attention(shape, third(qkv, 0), third(qkv, 1), third(qkv, 2), p, KEY, out, logSumExp);
            return () -> kernels().attentionBackward(shape, third(qkv, 0), third(qkv, 1), third(qkv, 2), p, KEY, out,
                    logSumExp, dOut, third(d, 0), false, third(d, 1), false, third(d, 2), false);
        });
    }

    private HeadRows third(float[] packed, int part) {
        return new HeadRows(packed, part * channels, 3 * channels);
    }

    private void layerNorm() {
        int n = rows * channels;
        float eps = (float) config.layerNormEps();
        float[] gamma = new float[channels];
        Arrays.fill(gamma, 1);
        add("layer norm", Cost.floats(2.0 * n), () -> {
            float[] x = random(n);
            float[] out = new float[n];
            float[] mean = new float[rows];
            float[] rstd = new float[rows];
            return () -> kernels().normalize(RowNorm.LAYERNORM, x, gamma, null, rows, channels, eps, out, mean, rstd);
        });
        add("residual + layer norm", Cost.floats(4.0 * n), () -> {
            float[] x = random(n);
            float[] branch = random(n);
            float[] sum = new float[n];
            float[] out = new float[n];
            float[] mean = new float[rows];
            float[] rstd = new float[rows];
            return () -> kernels().residualNormalize(RowNorm.LAYERNORM, x, branch, (float) config.dropout(), KEY,
                    gamma, null, rows, channels, eps, sum, out, mean, rstd);
        });
        add("layer norm backward", Cost.floats(3.0 * n), () -> {
            float[] x = random(n);
            float[] dy = random(n);
            float[] dx = new float[n];
            float[] mean = new float[rows];
            float[] rstd = new float[rows];
            float[] dGamma = new float[channels];
            kernels().normalize(RowNorm.LAYERNORM, x, gamma, null, rows, channels, eps, dx, mean, rstd);
            return () -> kernels().normalizeBackward(RowNorm.LAYERNORM, x, gamma, mean, rstd, dy, rows, channels,
                    dx, false, dGamma, false, null, false);
        });
    }

    private void gelu() {
        int n = rows * config.hiddenWidth();
        add("gelu", Cost.floats(2.0 * n), () -> {
            float[] x = random(n);
            float[] out = new float[n];
            return () -> kernels().unary(Unary.GELU, 0, x, out, n);
        });
        add("gelu backward", Cost.floats(3.0 * n), () -> {
            float[] x = random(n);
            float[] dy = random(n);
            float[] dx = new float[n];
            return () -> kernels().unaryBackward(Unary.GELU, 0, x, x, dy, dx, false, n);
        });
    }

    private void crossEntropy() {
        int vocab = config.vocabSize();
        add("softmax cross-entropy", Cost.floats(2.0 * rows * vocab), () -> {
            float[] logits = random(rows * vocab);
            float[] gradient = new float[rows * vocab];
            int[] targets = new int[rows];
            Rng rng = new Rng(KEY);
            Arrays.setAll(targets, i -> (int) rng.below(vocab, i));
            CrossEntropyRows losses = CrossEntropyRows.of(targets, rows);
            return () -> kernels().crossEntropy(logits, losses, vocab, gradient);
        });
    }

    /** On the largest parameter: the token table, or a layer of the MLP. */
    private void adamW() {
        int n = Math.max(config.vocabSize(), config.hiddenWidth()) * channels;
        add("adamw", Cost.floats(7.0 * n), () -> {
            float[] weights = random(n);
            float[] gradient = random(n);
            float[] m = new float[n];
            float[] v = new float[n];
            AdamWStep step = new AdamWStep(1e-4f, 0.9f, 0.95f, 1e-8f, 0.1f, 1, 0.1f, 0.05f);
            return () -> kernels().adamW(step, weights, gradient, 0, m, v, n);
        });
    }

    private static float[] random(int n) {
        Rng rng = new Rng(KEY);
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
            values[i] = (float) (rng.uniform(i) - 0.5);
        }
        return values;
    }
}
