package inkhorn.autograd.ops;

import static inkhorn.autograd.kernel.KernelProvider.kernels;

import inkhorn.autograd.GradSlot;
import inkhorn.autograd.Scope;
import inkhorn.autograd.Shape;
import inkhorn.autograd.Tensor;
import java.util.Arrays;

/** How a backward hands a share of gradient to an input; what every op needs, written once. */
public final class Gradients {
    private Gradients() {}

    /**
     * The slot of an input as large as the output, for a kernel that may work in place: the output's own gradient where
     * the input has none yet, so that no array is allocated.
     *
     * @param grad what {@code backward} was given; only one input may get it, and after all other reads of it
     */
    public static GradSlot inPlace(Tensor input, float[] grad) {
        return input.takeGrad(grad) ? new GradSlot(grad, false) : input.gradSlot();
    }

    /** The input's slot, or one of a null array for a kernel when the input is absent or needs no gradient. */
    public static GradSlot slotOrNone(Tensor inputOrNull) {
        return inputOrNull != null && inputOrNull.needsGrad() ? inputOrNull.gradSlot() : new GradSlot(null, false);
    }

    /** Hands the output's gradient on as the share of an input as large; after all other reads of {@code grad}. */
    public static void handOn(Tensor input, float[] grad) {
        if (!input.takeGrad(grad)) {
            addTo(input, grad, 1);
        }
    }

    /** Gives a share that the caller allocated and is done with. */
    public static void give(Tensor input, float[] share) {
        if (!input.takeGrad(share)) {
            addTo(input, share, 1);
            Scope.release(share);
        }
    }

    /** Adds {@code factor * share} to an input as large; {@code share} stays the caller's. */
    public static void addTo(Tensor input, float[] share, float factor) {
        GradSlot slot = input.gradSlot();
        kernels().scale(factor, share, slot.array(), slot.add(), input.size());
    }

    /**
     * Adds {@code factor * share} to an input that was broadcast: summed over every axis along which it was repeated.
     *
     * @param share of shape {@code from}; stays the caller's
     */
    public static void sumBack(float[] share, Shape from, Tensor input, float factor) {
        if (input.size() == from.size()) {
            addTo(input, share, factor);
            return;
        }
        Runs runs = Runs.of(from, input.shape());
        GradSlot slot = input.gradSlot();
        float[] wide = share;
        int inner = 1;
        int repeated = runs.repeatedCount();
        for (int run = runs.count - 1; run >= 0; run--) {
            if (!runs.repeated[run]) {
                inner *= runs.sizes[run];
                continue;
            }
            int outer = runs.sizeBefore(run);
            boolean last = --repeated == 0;
            float[] narrow = last ? slot.array() : Scope.allocate(outer * inner);
            kernels().sum(wide, outer, runs.sizes[run], inner, last ? factor : 1, narrow, last && slot.add());
            if (wide != share) {
                Scope.release(wide);
            }
            wide = narrow;
        }
    }

    /** The axes of a shape in runs that are all repeated, or all not; axes of size 1 left out. */
    private static final class Runs {
        private final int[] sizes;
        private final boolean[] repeated;
        private int count;

        private Runs(int rank) {
            sizes = new int[rank];
            repeated = new boolean[rank];
        }

        static Runs of(Shape wide, Shape narrow) {
            Runs runs = new Runs(wide.rank());
            int missing = wide.rank() - narrow.rank();
            for (int axis = 0; axis < wide.rank(); axis++) {
                boolean isRepeated = axis < missing || narrow.dim(axis - missing) != wide.dim(axis);
                if (wide.dim(axis) != 1) {
                    runs.append(wide.dim(axis), isRepeated);
                }
            }
            return runs;
        }

        private void append(int size, boolean isRepeated) {
            if (count > 0 && repeated[count - 1] == isRepeated) {
                sizes[count - 1] *= size;
            } else {
                sizes[count] = size;
                repeated[count++] = isRepeated;
            }
        }

        int repeatedCount() {
            int found = 0;
            for (int run = 0; run < count; run++) {
                found += repeated[run] ? 1 : 0;
            }
            return found;
        }

        int sizeBefore(int run) {
            return Arrays.stream(sizes, 0, run).reduce(1, (a, b) -> a * b);
        }
    }
}
