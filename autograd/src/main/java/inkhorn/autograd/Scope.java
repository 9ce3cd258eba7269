package inkhorn.autograd;

import inkhorn.autograd.kernel.CountingKernels;
import inkhorn.autograd.kernel.KernelProvider;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * The lifetime of a step: every tensor made while a scope is open belongs to the innermost one of its thread, and ends
 * when that is closed.
 *
 * <p>The outermost scope owns a free list of arrays keyed by size; scopes inside it draw from the list and return to
 * it, so a loop of equal steps allocates only in its first rounds:
 * <pre>{@code
 * try (Scope run = Scope.open()) {
 *     for (...) {
 *         try (Scope step = Scope.open()) { ... }   // arrays go back to run's free list here
 *     }
 * }}</pre>
 */
public final class Scope implements AutoCloseable {
    private static final ThreadLocal<Scope> INNERMOST = new ThreadLocal<>();

    private final Scope outer;
    private final FreeList free;
    private final BooleanSupplier stopRequested;
    /** Undoes what opening did beside {@link #INNERMOST}. */
    private final Runnable whenClosed;
    private final Set<float[]> arrays = Collections.newSetFromMap(new IdentityHashMap<>());
    private final List<Tensor> tensors = new ArrayList<>();

    private Scope(Scope outer, FreeList free, BooleanSupplier stopRequested, Runnable whenClosed) {
        this.outer = outer;
        this.free = free;
        this.stopRequested = stopRequested;
        this.whenClosed = whenClosed;
    }

    /** Opens a scope inside the innermost one of this thread. Close in reverse order, best by try-with-resources. */
    public static Scope open() {
        Scope outer = INNERMOST.get();
        return enter(outer, freeListIn(outer), stopRequestedIn(outer), () -> INNERMOST.set(outer));
    }

    /**
     * As {@link #open()}, for work that may be given up halfway: an evaluation, a step that no update has followed yet.
     *
     * @param stopRequested asked at each allocation in this scope and those inside it, so between one op and the next;
     *     once it says yes, the allocation throws {@link ScopeInterrupted}
     */
    public static Scope open(BooleanSupplier stopRequested) {
        Scope outer = INNERMOST.get();
        return enter(outer, freeListIn(outer), stopRequested, () -> INNERMOST.set(outer));
    }

    /**
     * Opens an outermost scope in which tensors have shapes and no storage, as on PyTorch's meta device. A model that
     * is made in it can be run and trained as always: arrays are stand-ins of one element, the kernels of this thread
     * do nothing but count, and the scope counts the bytes that a real one would hold. Other threads, and the scopes
     * that are open on this one, are not touched; a tensor of theirs must not be given to an op in here.
     */
    public static Scope openOnShapes() {
        Scope suspended = INNERMOST.get();
        CountingKernels kernels = new CountingKernels();
        KernelProvider.OnThisThread counting = KernelProvider.using(kernels);
        return enter(null, new FreeList(FreeList.LARGE, kernels), () -> false, () -> {
            counting.close();
            INNERMOST.set(suspended);
        });
    }

    /**
     * Opens a scope whose arrays are all longer than their tensors: an op that takes the length for the size fails in
     * it.
     */
    static Scope openWithLongerArrays() {
        Scope outer = INNERMOST.get();
        return enter(outer, new FreeList(0, null), stopRequestedIn(outer), () -> INNERMOST.set(outer));
    }

    private static FreeList freeListIn(Scope outer) {
        return outer == null ? new FreeList(FreeList.LARGE, null) : outer.free;
    }

    private static BooleanSupplier stopRequestedIn(Scope outer) {
        return outer == null ? () -> false : outer.stopRequested;
    }

    private static Scope enter(Scope outer, FreeList free, BooleanSupplier stopRequested, Runnable whenClosed) {
        Scope scope = new Scope(outer, free, stopRequested, whenClosed);
        INNERMOST.set(scope);
        return scope;
    }

    /**
     * An array of {@code size} floats, contents undefined, owned by the innermost scope if one is open. A large one in
     * a scope is a little longer, so that neighbours in memory do not begin at the same place of a page
     * (docs/log/4-kib-aliasing.md).
     *
     * @throws ScopeInterrupted when the scope may be interrupted and a stop is requested
     */
    public static float[] allocate(int size) {
        Scope scope = INNERMOST.get();
        if (scope == null) {
            return new float[size];
        }
        if (scope.stopRequested.getAsBoolean()) {
            throw new ScopeInterrupted();
        }
        float[] array = scope.free.take(size);
        scope.arrays.add(array);
        return array;
    }

    /**
     * An array of {@code size} zeros that no scope owns, for parameters, their gradients and an optimizer's moments;
     * {@link #permanentBytes()} of the outermost scope counts it.
     */
    public static float[] allocatePermanent(int size) {
        Scope scope = INNERMOST.get();
        return scope == null ? new float[size] : scope.free.makePermanent(size);
    }

    /** Gives an array back before its scope closes. One that no open scope owns is left to the garbage collector. */
    public static void release(float[] array) {
        for (Scope scope = INNERMOST.get(); scope != null; scope = scope.outer) {
            if (scope.arrays.remove(array)) {
                scope.free.give(array);
                return;
            }
        }
    }

    static void adopt(Tensor tensor) {
        Scope scope = INNERMOST.get();
        if (scope != null) {
            scope.tensors.add(tensor);
        }
    }

    /** Lets a tensor of this scope outlive it: it goes to the surrounding scope, or to the garbage collector. */
    public Tensor keep(Tensor tensor) {
        if (tensors.remove(tensor)) {
            float[] data = tensor.data();
            handOver(data);
            if (outer != null) {
                outer.tensors.add(tensor);
            }
        }
        return tensor;
    }

    /**
     * Lets an array of this scope outlive it, as {@link #keep} does a tensor.
     *
     * @return whether it was this scope's
     */
    boolean handOver(float[] array) {
        boolean owned = arrays.remove(array);
        if (owned && outer != null) {
            outer.arrays.add(array);
        }
        return owned;
    }

    /** Bytes in the arrays that this scope owns now. */
    public long liveBytes() {
        return arrays.stream().mapToLong(free::bytes).sum();
    }

    /** Bytes held in all: the arrays in use in this scope and those outside it, and those on the free list. */
    public long heldBytes() {
        long inUse = 0;
        for (Scope scope = this; scope != null; scope = scope.outer) {
            inUse += scope.liveBytes();
        }
        return inUse + free.bytes;
    }

    /** Bytes of what {@link #allocatePermanent} has made since the outermost scope was opened. */
    public long permanentBytes() {
        return free.permanentBytes;
    }

    /**
     * How many floats a real array in the place of this one would have: on shapes alone, of a stand-in, more than it
     * has; of every other array its length.
     */
    public int lengthOf(float[] array) {
        return free.length(array);
    }

    /**
     * Floating-point operations of matrix products and attention so far, as {@link CountingKernels} counts them.
     *
     * @throws IllegalStateException in a scope that was not opened by {@link #openOnShapes()} or inside such a one
     */
    public long flops() {
        if (free.counting == null) {
            throw new IllegalStateException("scope: FLOPs are counted on shapes only, see Scope.openOnShapes");
        }
        return free.counting.flops();
    }

    @Override
    public void close() {
        if (INNERMOST.get() != this) {
            throw new IllegalStateException("scope: closed out of order, close the scopes opened later first");
        }
        for (Tensor tensor : tensors) {
            tensor.scopeClosed();
        }
        if (outer != null) {
            arrays.forEach(free::give);
        }
        whenClosed.run();
    }

    /** Unused arrays by length, last in first out so that the one most recently in cache is used next. */
    private static final class FreeList {
        /** Floats from which on spacing helps: the whole pages that tensors of a model tend to fill. */
        private static final int LARGE = 1 << 14;

        /**
         * With an array's header 2528 bytes, the golden section of a page: many neighbours in a row then begin at
         * different offsets in their pages. A load close behind a store to the same offset of another page waits for
         * it.
         */
        private static final int SPACING = 628;

        private final int large;
        /** Null where arrays are real. */
        private final CountingKernels counting;
        /** On shapes, how many floats the real array would have. */
        private final Map<float[], Integer> standIns = new IdentityHashMap<>();
        private final Map<Integer, ArrayDeque<float[]>> byLength = new HashMap<>();
        private long bytes;
        private long permanentBytes;

        /**
         * @param large floats from which on arrays are spaced
         * @param countingOrNull the kernels on shapes alone; null: arrays are real
         */
        FreeList(int large, CountingKernels countingOrNull) {
            this.large = large;
            this.counting = countingOrNull;
        }

        float[] take(int size) {
            int length = size < large || size > Integer.MAX_VALUE - 2 * SPACING ? size : size + SPACING;
            ArrayDeque<float[]> stack = byLength.get(length);
            if (stack == null || stack.isEmpty()) {
                return make(length);
            }
            bytes -= 4L * length;
            return stack.pop();
        }

        void give(float[] array) {
            bytes += bytes(array);
            byLength.computeIfAbsent(length(array), n -> new ArrayDeque<>()).push(array);
        }

        float[] makePermanent(int size) {
            permanentBytes += 4L * size;
            return make(size);
        }

        private float[] make(int length) {
            if (counting == null) {
                return new float[length];
            }
            float[] standIn = new float[Math.min(length, 1)];
            standIns.put(standIn, length);
            return standIn;
        }

        private int length(float[] array) {
            return counting == null ? array.length : standIns.getOrDefault(array, array.length);
        }

        long bytes(float[] array) {
            return 4L * length(array);
        }
    }
}
