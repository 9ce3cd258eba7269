package inkhorn.autograd;

import java.util.Arrays;

/** The sizes of a tensor, outermost first; a scalar has none. Immutable. */
public final class Shape {
    /** The shape of a single number: {@code ()}. */
    public static final Shape SCALAR = new Shape(new int[0]);

    private final int[] dims;
    private final int size;

    private Shape(int[] dims) {
        this.dims = dims;
        this.size = product(dims);
    }

    /**
     * The shape of the given sizes.
     *
     * @throws IllegalArgumentException when a size is negative or their product is more than an array can hold
     */
    public static Shape of(int... dims) {
        return dims.length == 0 ? SCALAR : new Shape(dims.clone());
    }

    private static int product(int[] dims) {
        long size = 1;
        for (int d : dims) {
            if (d < 0) {
                throw new IllegalArgumentException("shape: negative size in " + format(dims));
            }
            size *= d;
            if (size > Integer.MAX_VALUE - 8) {
                throw new IllegalArgumentException(
                        "shape: " + format(dims) + " has more elements than one array can hold (2^31 - 9)");
            }
        }
        return (int) size;
    }

    public int rank() {
        return dims.length;
    }

    /** How many elements there are: the product of all sizes, 1 for a scalar. */
    public int size() {
        return size;
    }

    /** The size along an axis; negative axes count from the end, -1 being the last. */
    public int dim(int axis) {
        return dims[axis(axis)];
    }

    public int last() {
        return dim(-1);
    }

    /** A copy of the sizes. */
    public int[] dims() {
        return dims.clone();
    }

    /**
     * An axis counted from the front.
     *
     * @throws IllegalArgumentException when there is no such axis
     */
    public int axis(int axis) {
        int fromFront = axis < 0 ? axis + dims.length : axis;
        if (fromFront < 0 || fromFront >= dims.length) {
            throw new IllegalArgumentException("shape: no axis " + axis + " in " + this
                    + ", allowed are " + -dims.length + " to " + (dims.length - 1));
        }
        return fromFront;
    }

    /** The product of the sizes from axis {@code from} up to and without {@code to}. */
    public int sizeOf(int from, int to) {
        return product(Arrays.copyOfRange(dims, from, to));
    }

    /** This shape with another size along one axis. */
    public Shape with(int axis, int newSize) {
        int[] changed = dims();
        changed[axis(axis)] = newSize;
        return new Shape(changed);
    }

    /** This shape with one axis left out. */
    public Shape without(int axis) {
        int dropped = axis(axis);
        int[] fewer = new int[dims.length - 1];
        System.arraycopy(dims, 0, fewer, 0, dropped);
        System.arraycopy(dims, dropped + 1, fewer, dropped, fewer.length - dropped);
        return of(fewer);
    }

    /** Row-major strides, in elements. */
    public int[] strides() {
        int[] strides = new int[dims.length];
        int stride = 1;
        for (int i = dims.length - 1; i >= 0; i--) {
            strides[i] = stride;
            stride *= dims[i];
        }
        return strides;
    }

    /**
     * Row-major strides of this shape seen as {@code wider}: 0 along every axis where this one is repeated.
     * {@code wider} must be a shape this one broadcasts to.
     */
    public int[] stridesIn(Shape wider) {
        int[] own = strides();
        int[] strides = new int[wider.rank()];
        int missing = wider.rank() - rank();
        for (int i = missing; i < strides.length; i++) {
            strides[i] = dims[i - missing] == 1 ? 0 : own[i - missing];
        }
        return strides;
    }

    /**
     * The shape of both operands broadcast together by NumPy's rule: aligned at the last axis, each pair of sizes is
     * equal or one of them is 1.
     *
     * @param op who asks, for the message
     * @throws IllegalArgumentException when the shapes do not go together
     */
    public Shape broadcast(Shape other, String op) {
        int rank = Math.max(rank(), other.rank());
        int[] out = new int[rank];
        for (int i = 1; i <= rank; i++) {
            int a = i <= rank() ? dims[rank() - i] : 1;
            int b = i <= other.rank() ? other.dims[other.rank() - i] : 1;
            if (a != b && a != 1 && b != 1) {
                throw new IllegalArgumentException(op + ": shapes do not broadcast, " + this + " and " + other
                        + ": aligned at the last axis, sizes must be equal or 1");
            }
            out[rank - i] = a == 1 ? b : a;
        }
        return of(out);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Shape shape && Arrays.equals(dims, shape.dims);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(dims);
    }

    /** As Python prints a tuple: {@code (4, 8)}, {@code (3,)}, {@code ()}. */
    @Override
    public String toString() {
        return format(dims);
    }

    private static String format(int[] dims) {
        if (dims.length == 1) {
            return "(" + dims[0] + ",)";
        }
        String list = Arrays.toString(dims);
        return "(" + list.substring(1, list.length() - 1) + ")";
    }
}
