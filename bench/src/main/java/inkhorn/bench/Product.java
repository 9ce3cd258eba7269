package inkhorn.bench;

import inkhorn.nn.GptConfig;
import java.util.ArrayList;
import java.util.List;

/**
 * A matrix product of a training step, in the words of {@link inkhorn.autograd.kernel.Kernels#gemm}.
 *
 * @param name layer and direction: {@code c_attn forward}, {@code c_attn dX}, {@code c_attn dW}
 */
public record Product(String name, boolean transA, boolean transB, int m, int n, int k) {
    /** Every product of one block, and those of the head. */
    public static List<Product> of(ModelCase model) {
        GptConfig c = model.config();
        int rows = model.tokens();
        int channels = c.nEmbd();
        List<Product> products = new ArrayList<>();
        linear("c_attn", rows, channels, 3 * channels, products);
        linear("attn.c_proj", rows, channels, channels, products);
        linear("c_fc", rows, channels, c.hiddenWidth(), products);
        linear("mlp.c_proj", rows, c.hiddenWidth(), channels, products);
        // The head's weight is the token table, (V, C): transposed in the forward pass.
        products.add(new Product("head forward", false, true, rows, c.vocabSize(), channels));
        products.add(new Product("head dX", false, false, rows, channels, c.vocabSize()));
        products.add(new Product("head dW", true, false, c.vocabSize(), channels, rows));
        return products;
    }

    private static void linear(String name, int rows, int in, int out, List<Product> products) {
        products.add(new Product(name + " forward", false, false, rows, out, in));
        products.add(new Product(name + " dX", false, true, rows, in, out));
        products.add(new Product(name + " dW", true, false, in, out, rows));
    }

    /** Whether this is the product of these sizes. */
    boolean isSameAs(boolean otherTransA, boolean otherTransB, int otherM, int otherN, int otherK) {
        return transA == otherTransA && transB == otherTransB && m == otherM && n == otherN && k == otherK;
    }
}
