package inkhorn.autograd.ops;

import inkhorn.autograd.IntTensor;
import inkhorn.autograd.Shape;
import inkhorn.autograd.Tensor;

/** What several ops ask of their arguments; messages name the op, what was found and the rule. */
final class Checks {
    private Checks() {}

    static void probability(String op, float p) {
        if (!(p >= 0 && p < 1)) {
            throw new IllegalArgumentException(op + ": the probability must be at least 0 and below 1, found " + p);
        }
    }

    static void axis(String op, Shape shape, int axis) {
        if (axis < -shape.rank() || axis >= shape.rank()) {
            throw new IllegalArgumentException(op + ": no axis " + axis + " in " + shape + ", which has "
                    + shape.rank());
        }
    }

    static void rankAtLeast(String op, Shape shape, int rank) {
        if (shape.rank() < rank) {
            throw new IllegalArgumentException(op + ": rank " + rank + " or more is needed, found " + shape);
        }
    }

    /** One value a channel, or null where that is allowed by the caller. */
    static void vector(String op, String name, Tensor vector, Shape x) {
        if (vector != null && !vector.shape().equals(Shape.of(x.last()))) {
            throw new IllegalArgumentException(op + ": " + name + " must have the size of the last axis, "
                    + vector.shape() + " for " + x);
        }
    }

    static void sameShape(String op, Shape a, Shape b) {
        if (!a.equals(b)) {
            throw new IllegalArgumentException(op + ": shapes must be equal, " + a + " and " + b);
        }
    }

    /** Rows of a tensor seen as a matrix of its last axis. */
    static int rows(Shape shape) {
        return shape.sizeOf(0, shape.rank() - 1);
    }

    /** Every index is below {@code bound}, and at least 0 unless negative ones are allowed. */
    static void indices(String op, String name, IntTensor indices, int bound, boolean negativeAllowed) {
        int[] data = indices.data();
        for (int i = 0; i < indices.shape().size(); i++) {
            if (data[i] >= bound || (data[i] < 0 && !negativeAllowed)) {
                throw new IllegalArgumentException(op + ": " + name + " " + data[i] + " at index " + i
                        + " is outside 0 … " + (bound - 1));
            }
        }
    }
}
