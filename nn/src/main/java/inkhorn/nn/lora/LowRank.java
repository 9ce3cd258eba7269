package inkhorn.nn.lora;

import inkhorn.autograd.Tensor;
import inkhorn.nn.Dropout;
import inkhorn.nn.Linear;
import inkhorn.nn.Pass;
import java.util.Map;
import java.util.TreeMap;

/**
 * The term {@code (alpha / r) · drop(x) · A · B} beside a matrix (Hu et al. 2021, 4.1): A is (in, r), B is (r, out).
 * PEFT keeps both transposed.
 */
final class LowRank implements Linear.Adapter {
    /** The part that holds A. */
    static final String A = "lora_A";
    /** The part that holds B. */
    static final String B = "lora_B";

    private final int in;
    private final int out;
    private final LoraConfig config;
    private final Linear a;
    private final Linear b;
    private final Dropout dropout;

    /** A term that is 0 until it is drawn or loaded. */
    LowRank(int in, int out, LoraConfig config) {
        this.in = in;
        this.out = out;
        this.config = config;
        this.a = new Linear(in, config.rank(), false, null);
        this.b = new Linear(config.rank(), out, false, null);
        this.dropout = new Dropout(config.dropout());
    }

    @Override
    public Tensor low(Tensor x, Pass pass) {
        return a.forward(dropout.forward(x, pass), pass).mul((float) config.scale());       // (…, r)
    }

    @Override
    public Tensor up() {
        return b.weight();
    }

    @Override
    public Map<String, Linear> parts() {
        return new TreeMap<>(Map.of(A, a, B, b));
    }

    @Override
    public Linear.Adapter alike() {
        return new LowRank(in, out, config);
    }

    /** What it adds to the matrix, (in, out). */
    Tensor product() {
        return a.weight().matmul(b.weight()).mul((float) config.scale());
    }
}
