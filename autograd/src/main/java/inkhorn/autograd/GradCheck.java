package inkhorn.autograd;

import java.util.Arrays;
import java.util.function.Function;

/**
 * Compares the gradients of an op with finite differences:
 * <pre>{@code GradCheck.check("gelu", x -> x[0].gelu(), GradCheck.input(1, 3, 7));}</pre>
 *
 * <p>The output is projected on a random vector, and each input is moved along random directions, one for each of up to
 * eight regions of its elements, so the cost does not grow with the tensors and a failure still says where. Differences
 * are central; the step is 1/128 of the input's root mean square, and the projection is summed in double.
 *
 * <p>The gradient must also be the same whichever way it arrives: in a leaf, added to what the leaf holds, in a tensor
 * between root and leaf, and with each input as the only one that needs a gradient.
 *
 * <p>A function with a kink (relu, max) must be asked about points farther than a step from it.
 */
public final class GradCheck {
    /**
     * The allowed difference of a directional derivative, relative to the largest of its analytic value, its numeric
     * value and the root of the sum of its squared terms: five times what float rounding and the cubic term make of
     * smooth ops.
     */
    private static final double TOLERANCE = 3e-3;

    private static final double STEP = 1.0 / 128;
    private static final int REGIONS = 8;
    /** The ways a gradient arrives differ by rounding only. */
    private static final double SAME = 1e-5;
    private static final double FLOAT_EPSILON = 0x1p-24;

    private final String name;
    private final Function<Tensor[], Tensor> function;
    private final Tensor[] inputs;
    private final Rng rng = new Rng(0x6772_6164);

    private GradCheck(String name, Function<Tensor[], Tensor> function, Tensor[] inputs) {
        this.name = name;
        this.function = function;
        this.inputs = inputs;
    }

    /** A leaf of normally distributed values, the same for the same seed and shape. */
    public static Tensor input(long seed, int... dims) {
        float[] values = new float[Shape.of(dims).size()];
        Rng rng = new Rng(seed);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) rng.normal(i);
        }
        return Shape.of(dims).rank() == 0 ? scalarInput(values[0]) : Tensor.variable(values, dims);
    }

    private static Tensor scalarInput(float value) {
        return Tensor.variable(new float[] {value}, 1).reshape();
    }

    /**
     * Checks the gradients.
     *
     * @param name for the message
     * @param function called many times with copies of the inputs; must be a pure function of them
     * @param inputs those that need a gradient are checked
     * @throws AssertionError when a gradient is wrong, with op, shapes, region, analytic and numeric value
     */
    public static void check(String name, Function<Tensor[], Tensor> function, Tensor... inputs) {
        try {
            new GradCheck(name, function, inputs).run();
        } catch (IndexOutOfBoundsException e) {
            throw new AssertionError(name + ": " + e.getMessage()
                    + " (arrays are longer than their tensors here: loop to size(), not to an array's length)", e);
        }
    }

    private void run() {
        float[][] gradients = gradients(copies(-1), 1, false);
        requireSame("added twice to a leaf", gradients, gradients(copies(-1), 2, false), 2);
        requireSame("taken by an inner tensor", gradients, gradients(copies(-1), 1, true), 1);
        for (int input = 0; input < inputs.length; input++) {
            if (inputs[input].needsGrad()) {
                float[][] alone = gradients(copies(input), 1, false);
                requireSame("with no other input that needs one", only(input, gradients), alone, 1);
                checkInput(input, gradients[input]);
            }
        }
    }

    private static float[][] only(int kept, float[][] gradients) {
        float[][] one = new float[gradients.length][];
        one[kept] = gradients[kept];
        return one;
    }

    /** Fresh leaves; a constant stays one, and all but {@code only} become one unless that is negative. */
    private Tensor[] copies(int only) {
        Tensor[] copies = new Tensor[inputs.length];
        for (int i = 0; i < inputs.length; i++) {
            boolean needsGrad = inputs[i].needsGrad() && (only < 0 || only == i);
            copies[i] = copy(inputs[i], values(inputs[i]), needsGrad);
        }
        return copies;
    }

    private static float[] values(Tensor tensor) {
        return Arrays.copyOf(tensor.data(), tensor.size());
    }

    private static Tensor copy(Tensor like, float[] data, boolean needsGrad) {
        int[] dims = like.shape().dims();
        if (dims.length == 0) {
            return needsGrad ? Tensor.variable(data, 1) : Tensor.scalar(data[0]);
        }
        return needsGrad ? Tensor.variable(data, dims) : Tensor.of(data, dims);
    }

    /**
     * The leaves as the function sees them: itself, a view of it where the shape is (), or an inner tensor of its
     * values.
     */
    private Tensor[] arguments(Tensor[] leaves, boolean inner) {
        Tensor[] arguments = leaves.clone();
        for (int i = 0; i < leaves.length; i++) {
            if (inner || leaves[i].shape().rank() != inputs[i].shape().rank()) {
                arguments[i] = (inner ? leaves[i].mul(1) : leaves[i]).reshape(inputs[i].shape().dims());
            }
        }
        return arguments;
    }

    private float[][] gradients(Tensor[] leaves, int times, boolean inner) {
        for (Tensor leaf : leaves) {
            if (leaf.needsGrad()) {
                Arrays.fill(leaf.gradSlot().array(), Float.NaN);
                leaf.zeroGrad();
            }
        }
        for (int i = 0; i < times; i++) {
            try (Scope scope = Scope.openWithLongerArrays()) {
                leaveUncleanArrays();
                Tensor out = function.apply(arguments(leaves, inner));
                Backward.from(out, projection(out.size()), Backward.Keep.NOTHING);
            }
        }
        return Arrays.stream(leaves).map(Tensor::grad).toArray(float[][]::new);
    }

    /** What the next arrays of the inputs' sizes are made of, so that one that is not written is noticed. */
    private void leaveUncleanArrays() {
        float[][] arrays = new float[4 * inputs.length][];
        for (int i = 0; i < arrays.length; i++) {
            arrays[i] = Scope.allocate(inputs[i / 4].size());
            Arrays.fill(arrays[i], Float.NaN);
        }
        for (float[] array : arrays) {
            Scope.release(array);
        }
    }

    private float[] projection(int size) {
        float[] projection = new float[size];
        for (int i = 0; i < size; i++) {
            projection[i] = (float) direction(rng, i);
        }
        return projection;
    }

    /** From 0.5 to 1.5 with either sign: evenly strong, so that no element is masked by a larger one. */
    private static double direction(Rng rng, int index) {
        double signed = 2 * rng.uniform(index) - 1;
        return signed + Math.copySign(0.5, signed);
    }

    private void requireSame(String how, float[][] expected, float[][] found, int times) {
        for (int input = 0; input < inputs.length; input++) {
            if (expected[input] == null) {
                continue;
            }
            if (found[input] == null) {
                throw new AssertionError(head(input) + ": no gradient arrived, " + how);
            }
            double largest = 0;
            for (float value : expected[input]) {
                largest = Math.max(largest, Math.abs(value));
            }
            for (int i = 0; i < found[input].length; i++) {
                double difference = Math.abs(found[input][i] / times - expected[input][i]);
                if (!(difference <= SAME * largest)) {
                    throw new AssertionError(head(input) + ", element " + i + ": the gradient is " + expected[input][i]
                            + " in a leaf but " + found[input][i] / times + " " + how);
                }
            }
        }
    }

    private void checkInput(int input, float[] gradient) {
        if (gradient == null) {
            throw new AssertionError(head(input) + ": no gradient arrived");
        }
        int size = inputs[input].size();
        int regions = Math.min(REGIONS, size);
        for (int region = 0; region < regions; region++) {
            int from = (int) ((long) size * region / regions);
            int to = (int) ((long) size * (region + 1) / regions);
            checkRegion(input, gradient, from, to);
        }
    }

    private void checkRegion(int input, float[] gradient, int from, int to) {
        float[] ahead = values(inputs[input]);
        float[] behind = values(inputs[input]);
        double step = step(ahead);
        double analytic = 0;
        double squares = 0;
        for (int i = from; i < to; i++) {
            double direction = direction(rng.stream(input + 1), i);
            ahead[i] = (float) (ahead[i] + step * direction);
            behind[i] = (float) (behind[i] - step * direction);
            // The distance that rounding left, so that it costs no accuracy.
            double term = gradient[i] * ((double) ahead[i] - behind[i]) / (2 * step);
            analytic += term;
            squares += term * term;
        }
        double[] plus = project(input, ahead);
        double[] minus = project(input, behind);
        double numeric = (plus[0] - minus[0]) / (2 * step);
        double size = Math.max(Math.sqrt(squares), Math.max(Math.abs(analytic), Math.abs(numeric)));
        double allowed = TOLERANCE * size + 8 * FLOAT_EPSILON * plus[1] / step;
        if (!(Math.abs(analytic - numeric) <= allowed)) {
            throw new AssertionError(String.format("%s, elements %d … %d: analytic %.6g, numeric %.6g, "
                    + "difference %.3g, allowed %.3g", head(input), from, to - 1, analytic, numeric,
                    Math.abs(analytic - numeric), allowed));
        }
    }

    private static double step(float[] values) {
        double squares = 0;
        for (float value : values) {
            squares += (double) value * value;
        }
        double typical = Math.sqrt(squares / values.length);
        return STEP * (typical > 0 ? typical : 1);
    }

    /** The projected output with one input replaced, and the root of the sum of its squared terms. */
    private double[] project(int input, float[] values) {
        try (NoGrad off = NoGrad.open(); Scope scope = Scope.openWithLongerArrays()) {
            Tensor[] moved = copies(-1);
            moved[input] = copy(inputs[input], values, true);
            Tensor result = function.apply(arguments(moved, false));
            float[] out = result.data();
            float[] projection = projection(result.size());
            double sum = 0;
            double squares = 0;
            for (int i = 0; i < projection.length; i++) {
                double term = (double) projection[i] * out[i];
                sum += term;
                squares += term * term;
            }
            return new double[] {sum, Math.sqrt(squares)};
        }
    }

    private String head(int input) {
        String[] shapes = Arrays.stream(inputs).map(x -> x.shape().toString()).toArray(String[]::new);
        return "gradient of " + name + " is wrong, inputs " + String.join(" ", shapes) + ", input " + input;
    }
}
