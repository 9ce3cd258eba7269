package inkhorn.autograd.kernel;

import inkhorn.autograd.kernel.scalar.ScalarKernels;
import inkhorn.autograd.kernel.vector.VectorKernels;
import inkhorn.autograd.kernel.vector.workers.Workers;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;
import java.util.stream.Collectors;

/**
 * An implementation of {@link Kernels}.
 *
 * @param name what a user calls it
 * @param usable whether this JVM can run it
 * @param why what makes it usable, for the log
 * @param whyNot what is missing otherwise, for the log and for a user who asked for it
 * @param create makes its kernels for a number of threads
 */
public record Backend(String name, BooleanSupplier usable, String why, String whyNot, IntFunction<Kernels> create) {
    /** All there are, the fastest first. */
    public static final List<Backend> ALL = List.of(
            new Backend("vector", JdkVectorModule::isLoaded, "the module " + JdkVectorModule.NAME + " is there",
                    "the module " + JdkVectorModule.NAME + " is not loaded (java --add-modules "
                    + JdkVectorModule.NAME + ")", threads -> new VectorKernels(new Workers(threads))),
            new Backend("scalar", () -> true, "plain Java runs everywhere", "", threads -> new ScalarKernels()));

    /** The fastest that this JVM can run. */
    public static Backend fastest() {
        return ALL.stream().filter(backend -> backend.usable.getAsBoolean()).findFirst().orElseThrow();
    }

    /**
     * The back end of a name.
     *
     * @throws IllegalArgumentException when there is none
     */
    public static Backend named(String name) {
        return ALL.stream().filter(backend -> backend.name.equals(name)).findFirst().orElseThrow(
                () -> new IllegalArgumentException("kernels: " + name + " is none of " + String.join(", ", names())));
    }

    /** The names of all, the fastest first. */
    public static List<String> names() {
        return ALL.stream().map(Backend::name).toList();
    }

    /** Why the back ends before this one in {@link #ALL} are not used, or else why this one can be. */
    String reason() {
        List<Backend> faster = ALL.subList(0, ALL.indexOf(this));
        return faster.isEmpty() ? why : faster.stream().map(Backend::whyNot).collect(Collectors.joining("; "));
    }
}
