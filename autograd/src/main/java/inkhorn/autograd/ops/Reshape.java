package inkhorn.autograd.ops;

import inkhorn.autograd.Op;
import inkhorn.autograd.Shape;
import inkhorn.autograd.Tensor;
import java.util.Arrays;

/**
 * {@code y = x} in another shape, over the same array; {@code dx = dy}.
 * Shapes: as many elements in both; one size may be -1 and is inferred.
 */
public final class Reshape extends Op {
    private final Tensor x;

    private Reshape(Tensor x) {
        super(x);
        this.x = x;
    }

    public static Tensor apply(Tensor x, int... dims) {
        Shape shape = infer(x.shape(), dims);
        Tensor y = view(x, shape);
        return new Reshape(x).record(y);
    }

    private static Shape infer(Shape from, int[] dims) {
        int[] sizes = dims.clone();
        int unknown = -1;
        long known = 1;
        for (int i = 0; i < sizes.length; i++) {
            if (sizes[i] == -1 && unknown < 0) {
                unknown = i;
            } else {
                known *= sizes[i];
            }
        }
        if (unknown >= 0 && known > 0 && from.size() % known == 0) {
            sizes[unknown] = (int) (from.size() / known);
            known = from.size();
        }
        if (known != from.size()) {
            String wanted = Arrays.toString(dims).replace('[', '(').replace(']', ')');
            throw new IllegalArgumentException(
                    "reshape: the number of elements differs, " + from + " to " + wanted + "; one size may be -1");
        }
        return Shape.of(sizes);
    }

    @Override
    protected void backward(float[] grad) {
        Gradients.handOn(x, grad);
    }
}
