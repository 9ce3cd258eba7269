package inkhorn.bench.torch;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.global.torch;

/** A process that computes with libtorch. */
public final class TorchProcess {

    /** Of both builds, as bench/pom.xml has it. */
    public static final String VERSION = "2.7.1";

    /** libtorch's official build. */
    public static final String MKL = "MKL";

    private TorchProcess() {}

    /**
     * Flags of its JVM.
     *
     * @param home {@code bench/target}
     * @param blas {@code MKL} or {@code OpenBLAS}
     */
    public static List<String> jvmOptions(Path home, String blas) {
        List<String> options = new ArrayList<>(List.of(
                // A JVM that hardly shows in the memory measured: tensors are not on its heap.
                "-Xmx1g", "-Xmn8m", "-XX:+UseSerialGC",
                // Tensors are freed at the end of their scope: no collector thread, and no collections at a memory
                // limit.
                "-Dorg.bytedeco.javacpp.nopointergc=true", "-Dorg.bytedeco.javacpp.maxBytes=0",
                "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0", "-Dorg.bytedeco.javacpp.logger=slf4j",
                "-Dorg.bytedeco.javacpp.cachedir=" + home.resolve("javacpp")));
        if (blas.equals(MKL)) {
            options.add("-Dorg.bytedeco.javacpp.pathsFirst=true");
            options.add("-Djava.library.path="
                    + home.resolve(Path.of("libtorch-mkl", "pytorch", "cpu", "linux-x86_64")));
        }
        return options;
    }

    /** Its environment, with what {@code more} has besides. */
    public static void setUp(Map<String, String> environment, int threads, Map<String, String> more) {
        // Left over from elsewhere, these choose kernels for another processor.
        environment.keySet()
                .removeAll(List.of("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "OMP_WAIT_POLICY", "OMP_PROC_BIND",
                "GOMP_SPINCOUNT", "KMP_BLOCKTIME", "GOMP_CPU_AFFINITY", "THP_MEM_ALLOC_ENABLE", "ATEN_CPU_CAPABILITY",
                "ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA", "MKL_ENABLE_INSTRUCTIONS"));
        for (String name : List.of("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")) {
            environment.put(name, "" + threads);
        }
        environment.putAll(more);
    }

    /**
     * Loads the libraries into this process.
     *
     * @param blas {@code MKL} or {@code OpenBLAS}
     * @throws IllegalStateException when it is another build that was found
     */
    public static void load(int threads, String blas, long seed) {
        if (!blas().equals(blas)) {
            throw new IllegalStateException("the libraries of libtorch's " + blas + " build do not load");
        }
        torch.set_num_threads(threads);
        torch.set_num_interop_threads(1);
        torch.manual_seed(seed);
    }

    /** What computes, in one line. */
    public static String description() {
        String capability = torch.show_config().getString().lines().filter(line -> line.contains("CPU capability"))
                .findFirst()
                .orElse("").replace("- CPU capability usage:", "").trim();
        return "libtorch " + VERSION + ", " + blas() + ", " + capability + ", " + torch.get_num_threads() + " threads";
    }

    private static String blas() {
        return torch.show_config().getString().contains("Math Kernel Library") ? MKL : "OpenBLAS";
    }
}
